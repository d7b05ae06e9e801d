import test from 'ava';
import {cellsOf, cutEnd} from '../../lib/cli/cells.ts';
import {progressMode} from '../../lib/cli/mode.ts';
import {sanitizeLine} from '../../lib/cli/sanitize.ts';
import {styleOf} from '../../lib/cli/style.ts';

const terminal = {isTTY: true, columns: 80} as NodeJS.WriteStream;
const pipe = {} as NodeJS.WriteStream;

for (const [flag, env, stderr, mode] of [
	[undefined, {}, terminal, 'tty'],
	[undefined, {}, pipe, 'plain'],
	[undefined, {TERM: 'dumb'}, terminal, 'plain'],
	[undefined, {CI: 'true'}, terminal, 'plain'],
	[undefined, {CI: ''}, terminal, 'tty'],
	[undefined, {CI: '0'}, terminal, 'tty'],
	[undefined, {CI: 'false'}, terminal, 'tty'],
	[undefined, {ACCESSIBLE: '1'}, terminal, 'plain'],
	[undefined, {}, {isTTY: true, columns: 39} as NodeJS.WriteStream, 'plain'],
	['auto', {}, terminal, 'tty'],
	['plain', {}, terminal, 'plain'],
	['rawjson', {}, terminal, 'rawjson'],
	['tty', {CI: 'true'}, terminal, 'tty'],
	['tty', {}, pipe, 'plain'],
	['tty', {}, {isTTY: true, columns: 10} as NodeJS.WriteStream, 'plain'],
	[undefined, {STRATA_PROGRESS: 'plain'}, terminal, 'plain'],
	[undefined, {BUILDKIT_PROGRESS: 'rawjson'}, terminal, 'rawjson'],
	[undefined, {STRATA_PROGRESS: 'plain', BUILDKIT_PROGRESS: 'rawjson'}, terminal, 'plain'],
	[undefined, {BUILDKIT_PROGRESS: 'quiet'}, terminal, 'tty'],
	['auto', {STRATA_PROGRESS: 'plain'}, terminal, 'tty'],
] as const) {
	test(`--progress ${flag ?? 'not given'}, ${JSON.stringify(env)}, ${stderr.isTTY ? `${stderr.columns} columns` : 'pipe'}: ${mode} (UX 6)`, t => {
		t.is(progressMode(flag, {env, stderr}).mode, mode);
	});
}

test('tty without a terminal says why it is plain', t => {
	t.is(progressMode('tty', {env: {}, stderr: pipe}).note, 'note: stderr is no terminal: plain progress');
});

for (const [env, options, expected] of [
	[{}, {color: true, isTerminal: true}, true],
	[{}, {color: true, isTerminal: false}, false],
	[{}, {color: false, isTerminal: true}, false],
	[{NO_COLOR: '1'}, {color: true, isTerminal: true}, false],
	[{NO_COLOR: ''}, {color: true, isTerminal: true}, true],
	[{TERM: 'dumb'}, {color: true, isTerminal: true}, false],
	[{FORCE_COLOR: '1'}, {color: true, isTerminal: false}, true],
	[{CLICOLOR_FORCE: '1'}, {color: true, isTerminal: false}, true],
	[{FORCE_COLOR: '0'}, {color: true, isTerminal: true}, false],
	[{FORCE_COLOR: '1', NO_COLOR: '1'}, {color: true, isTerminal: true}, false],
] as const) {
	test(`colour is ${expected ? 'on' : 'off'}: ${JSON.stringify({...env, ...options})} (UX 6)`, t => {
		t.is(styleOf(env, options).color, expected);
	});
}

for (const [env, mark] of [
	[{LANG: 'C.UTF-8'}, '✔'],
	[{LANG: 'de_DE.utf8'}, '✔'],
	[{LANG: 'C'}, '+'],
	[{}, '+'],
	[{LC_ALL: 'C', LANG: 'C.UTF-8'}, '+'],
	[{LC_ALL: '', LC_CTYPE: 'C.UTF-8'}, '✔'],
	[{LANG: 'C.UTF-8', TERM: 'linux'}, '+'],
] as const) {
	test(`done is ${mark} with ${JSON.stringify(env)} (UX 6)`, t => {
		t.is(styleOf(env, {color: true, isTerminal: true}).symbols.done, mark);
	});
}

for (const [line, clean, colored = clean] of [
	['plain', 'plain'],
	['10%\r50%\r100%\r', '100%'],
	['a\tb', 'a       b'],
	['12345678\tb', '12345678        b'],
	['\u001B[31mred\u001B[0m', 'red', '\u001B[31mred\u001B[0m\u001B[0m'],
	['\u001B[2J\u001B[Hgone', 'gone'],
	['\u001B]0;title\u0007x', 'x'],
	['\u001B]52;c;AAAA\u001B\\x', 'x'],
	['\u001B]8;;http://a\u001B\\link\u001B]8;;\u001B\\', 'link'],
	['\u001BPq#0\u001B\\x', 'x'],
	['\u009B31mx\u009D0;t\u0007y', 'xy'],
	['\u001B(Bx\u001B7\u001Bc', 'x'],
	['cut \u001B[3', 'cut '],
	['cut \u001B', 'cut '],
	['bell\u0007 back\b null\u0000', 'bell back null'],
	['\u202Eevil\u2066', 'evil'],
	['\u001B[>4;2mx\u001B[?1049h', 'x'],
] as const) {
	test(`${JSON.stringify(line)} may go to a terminal as ${JSON.stringify(clean)}`, t => {
		t.is(sanitizeLine(line, {colors: false}), clean);
		t.is(sanitizeLine(line, {colors: true}), colored);
	});
}

test('what is cut keeps its width, and no grapheme is torn', t => {
	t.is(cutEnd('abcdef', 4, '…'), 'abc…');
	t.is(cutEnd('abcdef', 4, '...'), 'a...');
	t.is(cutEnd('abcd', 4, '…'), 'abcd');
	t.is(cutEnd('日本語', 4, '…'), '日…');
	t.is(cutEnd('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5, '…'), '👩‍👩‍👧👩‍👩‍👧…');
	t.is(cutEnd('e\u0301e\u0301e\u0301', 2, '…'), 'e\u0301…');
	for (const width of [0, 1, 2, 3]) t.true(cellsOf(cutEnd('日本語 and more', width, '...')) <= width);
});
