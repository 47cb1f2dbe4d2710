// The sidebar is a drawer on narrow screens, and nothing else can be used while it is open.

const at = (id) => document.getElementById(id);

export function closeDrawer() {
  if (!document.body.classList.contains("sidebar-open")) return;
  show(false);
  at("menu-button").focus();
}

function show(open) {
  document.body.classList.toggle("sidebar-open", open);
  document.querySelector("main").inert = open;
  at("menu-button").setAttribute("aria-expanded", String(open));
}

at("menu-button").addEventListener("click", () => {
  show(true);
  at("channels").querySelector("button")?.focus();
});
at("scrim").addEventListener("click", closeDrawer);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeDrawer());
matchMedia("(max-width: 720px)").addEventListener("change", closeDrawer);
