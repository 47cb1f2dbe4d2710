// Snowflakes, dates and the counters that run by themselves.

const LOCALE = "en-US";
const DISCORD_EPOCH_MS = 1420070400000n; // Discord docs: Reference > Snowflakes
const GROUP_GAP_MS = 7 * 60 * 1000;

/** Order two snowflakes (decimal strings) without losing digits to floating point. */
export function compareIds(a, b) {
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The smallest snowflake of a moment (milliseconds since 1970). */
export function dateSnowflake(milliseconds) {
  return String((BigInt(milliseconds) - DISCORD_EPOCH_MS) << 22n);
}

/** Consecutive messages of one author within seven minutes share a header. */
export function isCloseInTime(earlier, later) {
  return later - earlier < GROUP_GAP_MS;
}

export function isSameDay(a, b) {
  return a.toDateString() === b.toDateString();
}

const format = (options) => {
  const formatter = new Intl.DateTimeFormat(LOCALE, options);
  return (date) => formatter.format(date);
};

export const clockTime = format({ hour: "numeric", minute: "2-digit" });
export const longDay = format({ year: "numeric", month: "long", day: "numeric" });
export const fullTime = format({ dateStyle: "full", timeStyle: "short" });
const shortDate = format({ year: "numeric", month: "2-digit", day: "2-digit" });

/** "Today at 3:45 PM", "Yesterday at …", "05/31/2026, 3:45 PM". */
export function messageTime(date, now = new Date()) {
  if (isSameDay(date, now)) return `Today at ${clockTime(date)}`;
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (isSameDay(date, yesterday)) return `Yesterday at ${clockTime(date)}`;
  return `${shortDate(date)}, ${clockTime(date)}`;
}

// Discord docs: Reference > Message Formatting > Timestamp Styles
const STYLES = {
  t: clockTime,
  T: format({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  d: shortDate,
  D: longDay,
  f: format({ dateStyle: "long", timeStyle: "short" }),
  F: fullTime,
  s: format({ dateStyle: "short", timeStyle: "short" }),
  S: format({ dateStyle: "short", timeStyle: "medium" }),
  R: (date) => relative(date),
};

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const relativeFormat = new Intl.RelativeTimeFormat(LOCALE);

export function relative(date, now = Date.now()) {
  const seconds = Math.round((date - now) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return relativeFormat.format(Math.trunc(seconds / size), unit);
}

/** The text of `<t:unix:style>`, or null where the moment is outside of what dates can hold. */
export function timestampText(unixSeconds, style = "f") {
  const date = new Date(unixSeconds * 1000);
  return Number.isNaN(date.getTime()) ? null : STYLES[style](date);
}

/** Keep every relative timestamp of the document true, once a second. */
export function startTicking() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-style='R']")) {
      const text = timestampText(Number(node.dataset.unix), "R");
      if (node.textContent !== text) node.textContent = text;
    }
  }, 1000);
}
