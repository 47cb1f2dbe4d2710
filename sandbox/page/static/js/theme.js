// Light or dark: as the system says, until the member says otherwise. A plain script in the head, so that
// the page is never drawn in the other theme first.
{
  const KEY = "compose-sandbox-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: light)");
  const current = () => root.dataset.theme ?? (system.matches ? "light" : "dark");
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-button");
    const label = () => {
      const words = current() === "light" ? "Use the dark theme" : "Use the light theme";
      button.title = words;
      button.setAttribute("aria-label", words);
    };
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "light" ? "dark" : "light";
      localStorage.setItem(KEY, root.dataset.theme);
      label();
    });
    system.addEventListener("change", label);
    label();
  });
}
