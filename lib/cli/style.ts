/** How text is dressed: colour and symbols only repeat what a word says (UX.md P9). */
export interface Style {
	readonly color: boolean;
	readonly symbols: Symbols;
	green(text: string): string;
	red(text: string): string;
	yellow(text: string): string;
	bold(text: string): string;
	dim(text: string): string;
}

export interface Symbols {
	readonly done: string;
	readonly failed: string;
	readonly warning: string;
	readonly stopped: string;
	readonly ellipsis: string;
	readonly full: string;
	readonly empty: string;
	readonly spinner: readonly string[];
}

const unicode: Symbols = {
	done: '✔',
	failed: '✖',
	warning: '⚠',
	stopped: '■',
	ellipsis: '…',
	full: '█',
	empty: '░',
	spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const ascii: Symbols = {
	done: '+',
	failed: 'x',
	warning: '!',
	stopped: '#',
	ellipsis: '...',
	full: '#',
	empty: '.',
	spinner: ['-', '\\', '|', '/'],
};

/** The style for a stream. Only the 16 colours of the user's theme. */
export function styleOf(
	env: NodeJS.ProcessEnv,
	{color, isTerminal}: {readonly color: boolean; readonly isTerminal: boolean | undefined},
): Style {
	const isColored = color && wantsColor(env, isTerminal ?? false);
	const paint = (open: number, close: number) => (text: string) =>
		isColored && text !== '' ? `\u001B[${open}m${text}\u001B[${close}m` : text;
	return {
		color: isColored,
		symbols: speaksUnicode(env) ? unicode : ascii,
		green: paint(32, 39),
		red: paint(31, 39),
		yellow: paint(33, 39),
		bold: paint(1, 22),
		dim: paint(2, 22),
	};
}

/** https://no-color.org, https://bixense.com/clicolors, https://force-color.org */
function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
	if (env.NO_COLOR) return false;
	const forced = env.FORCE_COLOR ?? env.CLICOLOR_FORCE;
	if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
	return isTerminal && env.TERM !== 'dumb';
}

function speaksUnicode(env: NodeJS.ProcessEnv): boolean {
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
	return /utf-?8/i.test(locale) && env.TERM !== 'linux';
}
