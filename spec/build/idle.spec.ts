import {onBusybox, withoutRun} from '../helpers/build.ts';
import {endOfScript} from '../helpers/script.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

/** Notes every process and thread that is started from here on. */
const watch = `
import processes from 'node:child_process';
import threads from 'node:worker_threads';
import {syncBuiltinESMExports} from 'node:module';
const started = [];
for (const name of ['spawn', 'execFile', 'fork', 'spawnSync', 'execFileSync']) {
	const real = processes[name];
	processes[name] = (file, ...rest) => (started.push(String(file)), real(file, ...rest));
}
threads.Worker = class extends threads.Worker {
	constructor(file, ...rest) { started.push(String(file).replace(/.*\\//, '')); super(file, ...rest); }
};
syncBuiltinESMExports();
`;

const {lines, contexts} = onBusybox('COPY a /', 'RUN cat /a > /b', 'WORKDIR /w', 'CMD ["sh"]');
const options = JSON.stringify({contexts, dockerfile: {text: lines?.join('\n')}, context: {files: {a: 'a'}}});

runs('a build that finds all in the cache starts no process and no thread', async t => {
	const {stdout, stderr} = await endOfScript(
		t,
		`${watch}
		const first = await build({...${options}, root});
		const atFirst = started.splice(0);
		const second = await build({...${options}, root});
		console.log(JSON.stringify({atFirst, started, same: first.digest === second.digest}));`,
	);

	t.is(stderr, '');
	const {atFirst, ...second} = JSON.parse(stdout) as {atFirst: string[]};
	t.deepEqual(second, {started: [], same: true});
	t.true(atFirst.includes('setpriv') && atFirst.includes('pack-thread.js'), atFirst.join(' '));
});

runs('a build without RUN starts no process', async t => {
	const {stdout, stderr} = await endOfScript(
		t,
		`${watch}
		await build({dockerfile: {text: 'FROM scratch\\nCOPY a /\\nWORKDIR /b\\n'}, context: {files: {a: 'a'}}, root});
		console.log(started.filter(name => name !== 'pack-thread.js').join());`,
	);

	t.deepEqual([stdout, stderr], ['\n', '']);
});
