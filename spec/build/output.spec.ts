import {createHash} from 'node:crypto';
import {onBusybox, withoutRun} from '../helpers/build.ts';
import {endOfScript} from '../helpers/script.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

interface Measured {
	/** Bytes of all `step.output`. */
	readonly told: number;
	/** Digest of the log. */
	readonly log: string;
	readonly events: number;
	/** Bytes of memory at the most. */
	readonly memory: number;
}

/** Builds in a process of its own, reads the events by `reader`, and measures. */
async function measure(t: Parameters<typeof endOfScript>[0], run: string, reader: string): Promise<Measured> {
	const {lines, contexts} = onBusybox(run);
	const options = JSON.stringify({contexts, dockerfile: {text: lines?.join('\n')}, context: {files: {}}});
	const {stdout, stderr} = await endOfScript(
		t,
		`const running = build({...${options}, root});
		let told = 0, events = 0;
		const hear = event => { events += 1; if (event.type === 'step.output') told += Buffer.byteLength(event.text); };
		${reader}
		await running;
		const logFile = root + '/logs/' + running.id + '/s2.log';
		const {createHash} = await import('node:crypto');
		const hash = createHash('sha256');
		for await (const chunk of (await import('node:fs')).createReadStream(logFile)) hash.update(chunk);
		console.log(JSON.stringify({told, events, log: hash.digest('hex'), memory: process.resourceUsage().maxRSS * 1024}));`,
	);
	t.is(stderr, '');
	return JSON.parse(stdout) as Measured;
}

const eager = 'for await (const event of running) hear(event);';
const slow = 'for await (const event of running) { hear(event); await new Promise(done => setTimeout(done, 3)); }';
const late = 'await running; for await (const event of running) hear(event);';

const size = 130 * 1024 * 1024;

/** The digest of `yes | head -c SIZE`. */
function digestOfYes(): string {
	const hash = createHash('sha256');
	const chunk = Buffer.alloc(1024 * 1024, 'y\n');
	for (let at = 0; at < size; at += chunk.length) hash.update(chunk);
	return hash.digest('hex');
}

for (const [who, reader] of Object.entries({eager, slow, late})) {
	runs(`130 MB of output are whole in the log and for ${who} readers, and cost no memory (9.17)`, async t => {
		const less = await measure(t, `RUN yes | head -c ${size / 5}`, reader);

		const much = await measure(t, `RUN yes | head -c ${size}`, reader);

		t.is(much.told, size);
		t.is(much.log, digestOfYes());
		t.true(much.memory - less.memory < size / 2, `${much.memory / 1e6} MB, ${less.memory / 1e6} MB for a fifth of it`);
	});
}

runs('200,000 lines that come one by one are few events', async t => {
	const less = await measure(t, 'RUN for i in $(seq 1 20000); do echo $i; done', late);

	const much = await measure(t, 'RUN for i in $(seq 1 200000); do echo $i; done', late);

	t.is(much.told, 1_288_895);
	t.true(much.events < 2_000, `${much.events} events`);
	t.true(much.memory - less.memory < size / 2, `${much.memory / 1e6} MB, ${less.memory / 1e6} MB for a tenth of it`);
});
