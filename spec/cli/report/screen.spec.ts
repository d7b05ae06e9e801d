import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {folderFor} from '../../helpers/folder.ts';
import {testWith} from '../../helpers/programs.ts';

const program = fileURLToPath(new URL('./screen-program.js', import.meta.url));

/** A program on a terminal of tmux: https://man7.org/linux/man-pages/man1/tmux.1.html */
async function terminal(t: ExecutionContext, columns: number, rows: number) {
	const folder = await folderFor(t);
	const socket = join(folder, 'tmux');
	const done = join(folder, 'done');
	const tmux = (...args: readonly string[]) =>
		execFileSync('tmux', ['-S', socket, ...args], {
			encoding: 'utf8',
			env: {...process.env, LANG: 'C.UTF-8', TERM: 'xterm'},
		});
	const command = `'${process.execPath}' '${program}' '${done}'; echo; echo exit $?; sleep 60`;
	tmux('-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, command);
	t.teardown(() => tmux('kill-server'));

	const all = () => tmux('capture-pane', '-p', '-J', '-S', '-').replaceAll(/ +$/gm, '').split('\n');
	return {
		all,
		resize: (to: string) => tmux('resize-window', '-x', to.split('x')[0] ?? '', '-y', to.split('x')[1] ?? ''),
		end: () => writeFileSync(done, ''),
		/** What is on the screen and above it, once that is so. */
		async until(isSo: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
			for (;;) {
				const lines = all();
				if (isSo(lines)) return lines;
				await sleep(50);
			}
		},
	};
}

const isOver = (lines: readonly string[]) => lines.includes('exit 0');

/** The number of the last line of output that is shown. */
function printed(lines: readonly string[]): number {
	return Number(/^.*line (\d+) /s.exec(lines.join('\n'))?.[1] ?? 0);
}

const rowOf = (step: number) => new RegExp(`^✔ ${step}/32 RUN step ${step} +0\\.1s$`);

testWith(['tmux'])('finished rows stay in the scrollback, each once, through resizes (UX 9.2)', async t => {
	const screen = await terminal(t, 80, 24);
	const before = (await screen.until(lines => printed(lines) > 3)).filter(line => line.startsWith('✔'));

	for (const size of ['60x20', '100x30', '45x8', '80x24']) {
		screen.resize(size);
		const shown = printed(screen.all());
		await screen.until(lines => printed(lines) > shown + 5);
	}
	screen.end();
	const after = (await screen.until(isOver)).filter(line => line.startsWith('✔'));

	t.is(before.length, 30);
	t.deepEqual(
		Array.from({length: 32}, (_, index) => after.filter(line => rowOf(index + 1).test(line)).length),
		Array.from({length: 32}, () => 1),
	);
	t.deepEqual(after.slice(0, 30), before);
});

testWith(['tmux'])('when the build is over nothing of the live area is left', async t => {
	const screen = await terminal(t, 80, 24);
	await screen.until(lines => printed(lines) > 9);

	screen.end();
	const lines = await screen.until(isOver);

	t.deepEqual(
		lines.filter(line => /line \d|steps done/.test(line)),
		[],
	);
	t.deepEqual(lines.slice(31, 34), [
		'✔ 32/32 RUN step 32                                                        0.1s',
		'',
		'the end',
	]);
});

testWith(['tmux'])('the live area keeps its place on a screen of four rows', async t => {
	const screen = await terminal(t, 80, 4);
	await screen.until(lines => lines.some(line => /steps done.* [1-9]\d*\.\ds$/.test(line)));

	t.is(screen.all().filter(line => line.includes('steps done')).length, 1);
	screen.end();
	const lines = await screen.until(isOver);

	t.is(lines.filter(line => line.startsWith('✔')).length, 32);
	t.is(lines.filter(line => line.includes('steps done')).length, 0);
});
