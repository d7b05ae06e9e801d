import test from 'ava';
import stringWidth from 'string-width';
import {
	allDone,
	alpine,
	apkOutput,
	asciiStyle,
	at,
	begin,
	colorStyle,
	end,
	firstBuild,
	indexOfTwo,
	over,
	plan,
	print,
	pushed,
	redisPlan,
	started,
} from '../events.ts';
import {block, show} from './screen.ts';

const digestOf = (name: string) => `sha256:${name.padEnd(64, '0')}` as never;

test('a step that runs shows its last lines below what is finished (UX 2.1)', t => {
	const events = [
		started(),
		redisPlan,
		begin(40, 's1'),
		end(1402, 's1', alpine),
		begin(1402, 's2'),
		...apkOutput.map(text => print(1500, 's2', text)),
	];

	t.is(
		show(events, {t: 4850}),
		block(`
✔ 1/3 FROM alpine                                      1 layer, 3.6 MB     1.4s
⠹ redis: 1 of 3 steps done                                                 4.8s
  2/3 RUN apk add --update redis                                           3.4s
      fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.…
      (1/1) Installing redis (8.0.4-r0)
      Executing redis-8.0.4-r0.pre-install
`),
	);
});

test('a first build ends with its rows and the summary (UX 2.1)', t => {
	t.is(
		show(firstBuild),
		block(`
✔ 1/3 FROM alpine                                      1 layer, 3.6 MB     1.4s
✔ 2/3 RUN apk add --update redis                                           3.9s
✔ 3/3 CMD ["redis-server"]                                                 0.0s

redis:latest  5.1 MB, 2 layers, linux/amd64, built in 5.6s
digest  sha256:f6b87a48a0af0d0e3bc58ba874fc1069692df54586af6610066fc4d75061b933
id      sha256:b6ed094a0dd607e71b0471b4ceac6a772cf690d433e764a68356a0ce5fc61ec5
run     podman run --rm oci:$HOME/.local/share/strata:redis:latest
`),
	);
});

test('a cache that was read or written has a row', t => {
	const about = {type: 'cache', kind: 'steps', ref: 'ci', ms: 210} as const;
	const events = [
		started(),
		redisPlan,
		at(50, {...about, direction: 'from', state: 'absent'}),
		at(60, {...about, direction: 'to', state: 'done', entries: 3, size: 12_000_000, blobs: 6, present: 4}),
	];

	t.is(
		show(events).split('\n').slice(0, 2).join('\n'),
		block(`
✔ cache from ci                                      nothing there yet     0.2s
✔ cache to ci                              12 MB, 4 of 6 there already     0.2s
`),
	);
});

test('what is found by key is CACHED, and an image of nothing else unchanged (UX 2.3)', t => {
	const cached = (step: string) => [
		begin(50, step),
		end(60, step, {result: 'cached', ms: 0, layers: 1, bytes: 3_623_807}),
	];
	const events = [started(), redisPlan, ...cached('s1'), ...cached('s2'), ...cached('s3'), over(120, {cached: 3})];

	t.is(
		show(events).split('\n').slice(0, 5).join('\n'),
		block(`
✔ 1/3 FROM alpine                                                        CACHED
✔ 2/3 RUN apk add --update redis                                         CACHED
✔ 3/3 CMD ["redis-server"]                                               CACHED

redis:latest  5.1 MB, 2 layers, linux/amd64, unchanged, 0.1s
`),
	);
});

test('a change in the middle leaves what is above it CACHED (UX 2.3)', t => {
	const events = [
		started(['app:latest']),
		plan(
			'1/5 base FROM node:22',
			'2/5 workdir WORKDIR /app',
			'3/5 copy COPY . .',
			'4/5 run RUN npm ci --omit=dev',
			'5/5 config CMD ["node", "server.js"]',
		),
		end(40, 's1', {result: 'cached', ms: 0}),
		end(41, 's2', {result: 'cached', ms: 0}),
		end(150, 's3', {result: 'done', ms: 109, files: 214, bytes: 1_900_000}),
		end(8350, 's4', {result: 'done', ms: 8200}),
		end(8351, 's5', {result: 'done', ms: 1}),
		over(8600, {
			cached: 2,
			steps: 5,
			image: {
				names: ['app:latest'],
				digest: digestOf('d'),
				id: digestOf('1'),
				size: 81_000_000,
				layers: 8,
				platforms: ['linux/amd64'],
			},
		}),
	];

	t.is(
		show(events).split('\n').slice(0, 7).join('\n'),
		block(`
✔ 1/5 FROM node:22                                                       CACHED
✔ 2/5 WORKDIR /app                                                       CACHED
✔ 3/5 COPY . .                                       214 files, 1.9 MB     0.1s
✔ 4/5 RUN npm ci --omit=dev                                                8.2s
✔ 5/5 CMD ["node", "server.js"]                                            0.0s

app:latest  81 MB, 8 layers, linux/amd64, 2 of 5 steps cached, built in 8.6s
`),
	);
});

test('several platforms, side by side (UX 2.8)', t => {
	const events = [
		started(),
		plan(
			...['amd64 1/3 base FROM alpine', 'amd64 2/3 run RUN apk add --update redis'],
			...['arm64 1/3 base FROM alpine', 'arm64 2/3 run RUN apk add --update redis'],
		),
		...['s1', 's3'].map(step => begin(40, step)),
		end(1402, 's1', {...alpine, ms: 1400, bytes: 3_623_807}),
		end(1500, 's3', {...alpine, ms: 1500, bytes: 3_900_000}),
		...['s2', 's4'].map(step => begin(1500, step)),
		end(5400, 's2', {result: 'done', ms: 3900}),
		end(32_500, 's4', {result: 'done', ms: 31_000, emulated: true}),
		over(33_100, {steps: 4, image: indexOfTwo}),
	];

	t.is(
		show(events),
		block(`
✔ amd64 1/3 FROM alpine                                1 layer, 3.6 MB     1.4s
✔ arm64 1/3 FROM alpine                                1 layer, 3.9 MB     1.5s
✔ amd64 2/3 RUN apk add --update redis                                     3.9s
✔ arm64 2/3 RUN apk add --update redis                        emulated    31.0s

redis:latest  index of 2 platforms, built in 33.1s
digest  sha256:c46aaefc23475add2da7283909348adf9eca21d9a1fa848a2417a537761480fe
  linux/amd64  5.1 MB, 2 layers
  linux/arm64  5.4 MB, 2 layers
`),
	);
});

test('stages side by side share the live area (UX 2.4, 120 columns)', t => {
	const events = [
		started(['shop:latest']),
		plan(
			'deps 1/4 base FROM node:22-bookworm-slim',
			'deps 2/4 copy COPY package.json package-lock.json ./',
			'deps 3/4 run RUN npm ci',
			'deps 4/4 config CMD x',
			'assets 1/3 base FROM deps',
			'assets 2/3 run RUN make -j4 css',
			'assets 3/3 config CMD x',
			'shop 1/4 base FROM deps',
			'shop 2/4 copy COPY . .',
			'shop 3/4 copy COPY . .',
			'shop 4/4 config CMD x',
		),
		begin(100, 's1'),
		end(6200, 's1', {result: 'done', ms: 6100, layers: 5, bytes: 76_000_000}),
		begin(6200, 's2'),
		end(6500, 's2', {result: 'done', ms: 33, files: 2, bytes: 214_000}),
		begin(6500, 's3'),
		begin(6500, 's5'),
		end(6600, 's5', {result: 'cached', ms: 0}),
		begin(11_900, 's6'),
		begin(11_900, 's8'),
		end(11_950, 's8', {result: 'cached', ms: 0}),
		print(
			12_000,
			's3',
			'npm warn deprecated inflight@1.0.6: This module is not supported\nadded 412 packages in 14s\n',
		),
		print(12_000, 's6', 'sassc main.scss > main.css\n'),
	];
	const live = show(events, {columns: 120, t: 21_750}).split('\n');

	t.is(
		[live[0], live[1], ...live.slice(4)].join('\n'),
		block(`
✔ deps 1/4 FROM node:22-bookworm-slim                                                          5 layers, 76 MB     6.1s
✔ deps 2/4 COPY package.json package-lock.json ./                                              2 files, 214 kB     0.0s
⠹ shop: 4 of 11 steps done, 2 running, 1 layer being packed                                                       21.7s
  deps 3/4 RUN npm ci                                                                                             15.2s
               npm warn deprecated inflight@1.0.6: This module is not supported
               added 412 packages in 14s
  assets 2/3 RUN make -j4 css                                                                                      9.8s
               sassc main.scss > main.css
`),
	);
});

function pulling() {
	const layer = (name: string, current: number, total: number, state: 'active' | 'done' | 'present' | 'retry') =>
		at(1000, {
			type: 'transfer',
			step: 's1',
			direction: 'pull',
			kind: 'layer',
			digest: digestOf(name),
			ref: 'docker.io/library/node:22',
			current,
			total,
			state,
			attempt: 1,
		});
	return {
		layer,
		events: [
			started(['app:latest']),
			plan(
				'1/6 base FROM node:22-bookworm-slim',
				...Array.from({length: 5}, (_, index) => `${index + 2}/6 config CMD x`),
			),
			begin(300, 's1'),
			layer('1fe2a3c9d07b', 27_400_000, 28_100_000, 'active'),
			layer('9cb31e2a3d1c', 21_000_000, 38_000_000, 'active'),
			layer('aa', 5_000_000, 5_000_000, 'done'),
			layer('bb', 5_000_000, 5_000_000, 'done'),
			layer('cc', 0, 9_000_000, 'present'),
		],
	};
}

test('a base that is fetched has a bar for each layer (UX 2.5)', t => {
	t.is(
		show(pulling().events, {t: 6250}),
		block(`
⠹ app: 0 of 6 steps done                                                   6.2s
  1/6 FROM node:22-bookworm-slim                  58 of 76 MB, 11 MB/s     5.9s
      1fe2a3c9d07b  ███████████████████░    27 of 28 MB
      9cb31e2a3d1c  ███████████░░░░░░░░░    21 of 38 MB
      5 layers: 2 done, 1 there already
`),
	);
});

test('a transfer that is tried again says why instead of its bar (UX 2.5)', t => {
	const {events, layer} = pulling();
	const retry = {
		...layer('9cb31e2a3d1c', 0, 38_000_000, 'retry'),
		reason: '503 from registry-1.docker.io',
		delay: 4000,
		attempt: 2,
	};

	t.is(
		show([...events, retry as never], {t: 6250}).split('\n')[3],
		'      9cb31e2a3d1c  503 from registry-1.docker.io, again in 4s (2 of 5)',
	);
});

test('a step that waits for another process says so (UX 2.5)', t => {
	const events = [
		started(),
		redisPlan,
		begin(40, 's2'),
		at(50, {type: 'step.waiting', step: 's2', for: 'lock', pid: 4211}),
	];

	t.regex(show(events, {t: 1000}), /^ {2}2\/3 waiting for another build to finish this step \(process 4211\) /m);
});

test('what the plan waits for is said in the first row', t => {
	const waiting = at(900, {
		type: 'step.waiting',
		for: 'registry',
		reason: '503 from registry-1.docker.io',
		delay: 3900,
		attempt: 2,
	});

	t.regex(show([started()]), /^⠹ redis: reading the Dockerfile and its bases /);
	t.regex(show([started(), waiting]), /^⠹ redis: 503 from registry-1\.docker\.io, again in 4s \(2 of 5\) /);
});

test('warnings stand together between the rows and the summary (UX 2.7)', t => {
	const warning = at(33, {
		type: 'warning',
		rule: 'JSONArgsRecommended',
		message: 'JSON arguments recommended for CMD',
		location: {file: 'Dockerfile', start: 3, end: 3},
		excerpt: [{number: 3, text: 'CMD redis-server', marked: true}],
		help: ['CMD ["redis-server"]', 'why: strata lint --explain JSONArgsRecommended'],
	});

	t.is(
		show([...firstBuild.slice(0, 2), warning, ...firstBuild.slice(2)])
			.split('\n')
			.slice(3, 11)
			.join('\n'),
		block(`

warning: JSON arguments recommended for CMD (JSONArgsRecommended)
 --> Dockerfile:3
   3 | >>> CMD redis-server
help: CMD ["redis-server"]
help: why: strata lint --explain JSONArgsRecommended

redis:latest  5.1 MB, 2 layers, linux/amd64, built in 5.6s, 1 warning
`),
	);
});

test('more than five warnings are counted', t => {
	const warnings = Array.from({length: 12}, (_, index) => at(33, {type: 'warning', message: `number ${index}`}));

	const shown = show([...firstBuild.slice(0, 2), ...warnings, ...firstBuild.slice(2)]);

	t.true(shown.includes('warning: number 4\n\nand 7 more\n\nredis:latest'));
	t.false(shown.includes('number 5'));
});

const failure = [
	started(),
	plan('1/3 base FROM alpine', '2/3 run RUN apk add --update reddis', '3/3 config CMD ["redis-server"]'),
	begin(40, 's1'),
	end(60, 's1', {result: 'cached', ms: 0}),
	begin(60, 's2'),
	print(
		100,
		's2',
		'fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.tar.gz\nERROR: unable to select packages:\n  reddis (no such package):\n    required by: world[reddis]\n',
	),
	end(1260, 's2', {result: 'failed', ms: 1200, exitCode: 1}),
	end(1261, 's3', {result: 'not-run', ms: 0}),
	at(1262, {type: 'build.finished', result: 'failed', cached: 1, steps: 3, ms: 1262}),
];

test('a step that failed shows its last lines, and how many were not run (UX 3)', t => {
	t.is(
		show(failure).split('\n').slice(1).join('\n'),
		block(`
✖ 2/3 RUN apk add --update reddis                                        FAILED
      fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.t…
      ERROR: unable to select packages:
        reddis (no such package):
          required by: world[reddis]
  1 step not run
`).concat('\n'),
	);
});

test('of a long log only the last 20 lines are shown', t => {
	const long = print(101, 's2', `${Array.from({length: 500}, (_, index) => `line ${index}`).join('\n')}\nopen`);

	const shown = show([...failure.slice(0, 6), long, ...failure.slice(6)]).split('\n');

	t.is(shown.filter(line => line.startsWith('      line')).length, 19);
	t.true(shown.includes('      open'));
});

const stopped = [
	started(['app:latest']),
	plan(
		'1/6 base FROM node',
		'2/6 config ENV A=b',
		'3/6 workdir WORKDIR /app',
		'4/6 run RUN npm ci',
		'5/6 copy COPY . .',
		'6/6 config CMD x',
	),
	end(10, 's1', {result: 'cached', ms: 0}),
	end(10, 's2', {result: 'cached', ms: 0}),
	end(10, 's3', {result: 'done', ms: 10}),
	begin(20, 's4'),
];

test('a signal is answered in the live area (UX 2.9)', t => {
	t.is(
		show(stopped, {t: 13_150, stopping: true}).split('\n')[3],
		'⠹ app: stopping (Ctrl-C again to kill)                                    13.1s',
	);
});

test('a stopped build says what was kept (UX 2.9)', t => {
	const ending = [
		end(14_000, 's4', {result: 'stopped', ms: 13_980}),
		end(14_000, 's5', {result: 'not-run', ms: 0}),
		end(14_000, 's6', {result: 'not-run', ms: 0}),
		at(14_001, {type: 'build.finished', result: 'stopped', cached: 2, steps: 6, ms: 14_001}),
	];

	t.is(
		show([...stopped, ...ending])
			.split('\n')
			.slice(3)
			.join('\n'),
		block(`
■ 4/6 RUN npm ci                                                        STOPPED
stopped: 3 of 6 steps are in the cache, nothing of step 4/6 was kept
`),
	);
});

test('a step whose layer could not be packed in time is not counted as kept', t => {
	const ending = [
		end(30, 's4', {result: 'done', ms: 10}),
		begin(40, 's5'),
		end(14_000, 's5', {result: 'stopped', ms: 13_980}),
		end(14_000, 's6', {result: 'not-run', ms: 0}),
		at(14_001, {type: 'build.finished', result: 'stopped', cached: 2, steps: 6, ms: 14_001}),
	];

	t.regex(show([...stopped, ...ending]), /^stopped: 3 of 6 steps are in the cache, nothing of step 5\/6 was kept$/m);
});

test('where the locale is not UTF-8 every symbol is ASCII (UX 6)', t => {
	const {events} = pulling();
	const shown = [show(failure, {style: asciiStyle}), show(events, {style: asciiStyle, t: 6250}).slice(1)].join('\n');

	t.regex(shown, /^[\n\x20-\x7E]*$/);
	t.regex(shown, /^x 2\/3 RUN/m);
	t.regex(shown, /^\+ 1\/3 FROM/m);
	t.true(shown.includes('APKINDEX...'));
	t.true(shown.includes('###########.........'));
});

test('colours repeat what words say: green, red, bold and dim', t => {
	const [first, second] = show(failure, {style: colorStyle}).split('\n');

	t.is(
		first?.replace(/ {2,}/, '  '),
		'\u001B[32m✔\u001B[39m \u001B[1m1/3\u001B[22m FROM alpine  \u001B[2m CACHED\u001B[22m',
	);
	t.is(
		second?.replace(/ {2,}/, '  '),
		'\u001B[31m✖\u001B[39m \u001B[1m2/3\u001B[22m RUN apk add --update reddis  FAILED',
	);
});

test('control sequences in a step or in its output reach no terminal (UX 9.21)', t => {
	const events = [
		started(),
		plan('1/2 base FROM alpine', '2/2 run RUN echo \u001B]52;c;AAAA\u0007'),
		begin(1, 's2'),
		print(2, 's2', 'a\u001B[2Jb\u001B]0;title\u0007c\u001B[31mred\n'),
		end(9, 's2', {result: 'failed', ms: 8}),
	];

	t.false(show(events.slice(0, 4)).includes('\u001B'));
	t.true(show(events).includes('      abcred'));
	t.false(show(events).includes('\u001B'));
});

for (const columns of [10, 40, 80, 120, 250]) {
	test(`no row is wider than the terminal less one, and none wider than 120: ${columns} columns (UX 9.3)`, t => {
		const events = [
			started(['日本語のとても長い名前の画像:latest']),
			plan(
				'base 1/3 base FROM registry.example.com/日本語/とても/長い/名前:1',
				`base 2/3 run RUN echo ${'👩‍👩‍👧 '.repeat(80)}`,
				'other 1/1 run RUN sleep 1',
			),
			begin(1, 's1'),
			end(2, 's1', {result: 'done', ms: 3_723_000, layers: 12, bytes: 12_345_678_901}),
			begin(2, 's2'),
			begin(2, 's3'),
			print(3, 's2', `${'漢'.repeat(200)}\n${'x'.repeat(500)}\n`),
		];
		const live = show(events, {columns, t: 1000});
		const done = show([...events, end(4, 's2', {result: 'failed', ms: 2}), end(5, 's3', {result: 'stopped', ms: 2})], {
			columns,
			t: 1000,
		});
		const widest = Math.min(columns - 1, 120);

		t.deepEqual(
			[...live.split('\n'), ...done.split('\n')].filter(line => stringWidth(line) > widest),
			[],
		);
		if (columns >= 40) t.true(live.includes('1h 02m'));
	});
}

for (const [rows, expected] of [
	[24, 12],
	[10, 8],
	[5, 3],
	[3, 1],
	[1, 1],
] as const) {
	test(`the live area has at most ${expected} rows on a screen of ${rows}`, t => {
		const labels = Array.from({length: 20}, (_, index) => `s${index} 1/1 run RUN sleep ${index}`);
		const events = [started(), plan(...labels), ...labels.map((_, index) => begin(1, `s${index + 1}`))];
		const lines = show(events, {rows, t: 10}).split('\n');

		t.is(lines.length, expected);
		if (expected > 2) t.regex(lines.at(-1) ?? '', /^ {2}and \d+ more running$/);
	});
}

for (const [running, each] of [
	[1, 4],
	[2, 2],
	[3, 2],
	[4, 1],
] as const) {
	test(`of ${running} running steps each shows ${each} lines of output`, t => {
		const labels = Array.from({length: running}, (_, index) => `s${index} 1/1 run RUN sleep ${index}`);
		const output = Array.from({length: 9}, (_, index) => `out ${index}`).join('\n');
		const steps = labels.map((_, index) => `s${index + 1}`);
		const events = [
			started(),
			plan(...labels),
			...steps.map(step => begin(1, step)),
			...steps.map(step => print(2, step, `${output}\n`)),
		];

		t.is(show(events, {t: 10}).match(/out \d/g)?.length, running * each);
		t.is(show(events, {t: 10, logLines: 0}).match(/out \d/g), null);
	});
}

test('when the steps are done, what is left to do is named', t => {
	const layer = at(3, {
		type: 'layer',
		step: 's2',
		diffID: digestOf('1'),
		digest: digestOf('2'),
		size: 1,
		unpacked: 1,
		files: 1,
		ms: 1,
	});
	const writing = at(4, {type: 'export', output: 'oci', dest: 'out/', state: 'started', ms: 0});

	const packing = at(2, {type: 'packing', step: 's2', current: 61_200_000, total: 140_000_000});

	t.regex(show(allDone), /redis: packing 1 layer /);
	t.regex(show([...allDone, packing]), /redis: packing 1 layer, 61 of 140 MB /);
	t.regex(show([...allDone, layer, writing]), /redis: writing out\/ /);
	const store = at(4, {type: 'export', output: 'store', dest: '', state: 'started', ms: 0});
	t.regex(show([...allDone, layer, store]), /redis: compressing the layers /);
	const cache = at(5, {type: 'cache', kind: 'steps', direction: 'to', ref: 'ci', state: 'started', ms: 0});
	t.regex(show([...allDone, layer, cache]), /redis: writing the cache ci /);
});

const app = 'registry.example.com/team/app:1.4';

test('a push tells of its bytes while it goes (UX 2.9)', t => {
	const steps = ['s1', 's2', 's3'].map(step => end(5000, step, {result: 'cached', ms: 0}));

	t.is(
		show([started(['app:1.4']), redisPlan, ...steps, ...pushed(app, 7500)], {t: 7100})
			.split('\n')
			.at(-1),
		'⠹ app:1.4: pushing, 6.0 of 8.0 MB, 6.0 MB/s                                7.1s',
	);
});

test('a push that is done is a row that stays, with what was there already (UX 2.9)', t => {
	t.is(
		show([...firstBuild.slice(0, -1), ...pushed(app), over(8200)]).split('\n')[3],
		'✔ push registry.example.com/team/app:1.4   12 MB, 1 of 3 there already     2.1s',
	);
});
