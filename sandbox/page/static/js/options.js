// Slash commands' options: what a typed text means and whether Discord would take it.
// Discord docs: Application Commands > Application Command Option Structure.

export const OptionType = {
  SUB_COMMAND: 1, SUB_COMMAND_GROUP: 2, STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6,
  CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, ATTACHMENT: 11,
};
export const CommandType = { CHAT_INPUT: 1, USER: 2, MESSAGE: 3 };

const STRING_MOST = 6000; // what Discord takes where the option names no max_length
const SAFE_INTEGER = Number.MAX_SAFE_INTEGER;

/** What a command, an option or a choice is called in the member's language. */
export const shownName = (node) => node.name_localized ?? node.name;
export const shownDescription = (node) => node.description_localized ?? node.description;

/**
 * One entry per thing that can be typed: subcommands become "group sub name" of their own. `name` is
 * what the member reads, `path` what the command is registered as.
 */
export function typedCommands(commands) {
  return commands
    .filter(({ type }) => (type ?? CommandType.CHAT_INPUT) === CommandType.CHAT_INPUT)
    .flatMap((command) => expand(command, [command]));
}

function expand(command, nodes) {
  const node = nodes.at(-1);
  const options = node.options ?? [];
  const subs = options.filter(({ type }) => type <= OptionType.SUB_COMMAND_GROUP);
  if (subs.length) return subs.flatMap((sub) => expand(command, [...nodes, sub]));
  const name = nodes.map(shownName).join(" ");
  const path = nodes.map((one) => one.name).join(" ");
  return [{ command, name, path, description: shownDescription(node), options }];
}

/** The command's entries that match what was typed after the slash, best first. */
export function matching(entries, typed) {
  const wanted = typed.toLowerCase();
  const rank = ({ name }) => (name.startsWith(wanted) ? 0 : 1);
  return entries
    .filter(({ name }) => name.includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/**
 * What Discord's client makes of a field: {value} or {error}. `chosen` is the choice that was picked
 * from a list ({label, value}), if the text is still its label.
 */
export function readOption(option, text, chosen) {
  if (chosen && chosen.label === text) return { value: chosen.value };
  if (option.choices?.length) return fromChoices(option.choices, text);
  switch (option.type) {
    case OptionType.INTEGER:
      if (!/^[+-]?\d+$/.test(text.trim())) return { error: "Input a valid integer." };
      return inRange(option, Number(text));
    case OptionType.NUMBER:
      if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim())) return { error: "Input a valid number." };
      return inRange(option, Number(text));
    case OptionType.BOOLEAN:
      return fromChoices(BOOLEAN_CHOICES, text);
    case OptionType.STRING:
      return inLength(option, text);
    default:
      return { error: "Choose one from the list." };
  }
}

export const BOOLEAN_CHOICES = [
  { name: "True", value: true },
  { name: "False", value: false },
];

function fromChoices(choices, text) {
  const wanted = text.trim().toLowerCase();
  const found = choices.find((choice) => shownName(choice).toLowerCase() === wanted);
  return found ? { value: found.value } : { error: "Input a valid choice." };
}

function inRange(option, value) {
  const least = option.min_value ?? -SAFE_INTEGER;
  const most = option.max_value ?? SAFE_INTEGER;
  if (value < least) return { error: `Must be greater than or equal to ${least}.` };
  if (value > most) return { error: `Must be less than or equal to ${most}.` };
  return { value };
}

function inLength(option, text) {
  const length = [...text].length;
  const most = option.max_length ?? STRING_MOST;
  const least = option.min_length ?? 0;
  if (length < least) return { error: `Must be at least ${least} characters long.` };
  if (length > most) return { error: `Must be at most ${most} characters long (now ${length}).` };
  return { value: text };
}

/** The option that takes whatever is typed. */
export function firstText(options) {
  return options.find(({ type, choices }) => type === OptionType.STRING && !choices?.length);
}

/** What the field expects, in a few words, for the hint above it. */
export function expectation(option) {
  const words = [];
  const range = (least, most, unit) => {
    const [from, to] = [least ?? null, most ?? null];
    if (from !== null && to !== null) words.push(`${from} to ${to}${unit}`);
    else if (from !== null) words.push(`at least ${from}${unit}`);
    else if (to !== null) words.push(`at most ${to}${unit}`);
  };
  if (option.type === OptionType.INTEGER) words.push("whole number");
  if (option.type === OptionType.NUMBER) words.push("number");
  range(option.min_value, option.max_value, "");
  range(option.min_length, option.max_length, " characters");
  return words.join(", ");
}

/**
 * Split "lo-fi rain seed:3" by the options' names: [["prompt", "lo-fi rain"], ["seed", "3"]].
 * Words before the first name belong to the first text option.
 */
export function splitTyped(text, options) {
  const found = [];
  let current = (firstText(options) ?? options[0])?.name;
  for (const word of text.split(/(?<=\s)/)) {
    const named = options.find((option) => word.startsWith(`${shownName(option)}:`));
    const name = named?.name;
    if (name) current = name;
    const rest = name ? word.slice(shownName(named).length + 1) : word;
    if (current === undefined) continue;
    if (found.at(-1)?.[0] === current && !name) found.at(-1)[1] += rest;
    else found.push([current, rest]);
  }
  return found.map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
}
