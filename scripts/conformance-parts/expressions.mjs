import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {difference} from './outcomes.mjs';

/** What a Go expression of upstream's code is worth, as the corpus writes it: `.Unix(time.Date(…))`, `slice(x, null, 8)`. Times are Unix seconds. */
export function evaluate(text, site) {
	const {name, args} = parse(text);
	if (args === undefined) return atoms[name]?.(site) ?? name;
	const method = functions[name] ?? difference(`this harness does not know upstream's expression ${text.slice(0, 60)}`);
	return method(
		args.map(arg => evaluate(arg, site)),
		site,
	);
}

/** A call with the texts of its arguments, or something that stands for itself. */
function parse(text) {
	const [, name] = /^([\w.*+-]+)\(/.exec(text) ?? [];
	if (name === undefined || !text.endsWith(')')) return {name: text};
	return {name, args: splitArguments(text.slice(name.length + 1, -1))};
}

function splitArguments(text) {
	const parts = [''];
	let depth = 0;
	for (const token of text.match(/"(?:[^"\\]|\\.)*"|[()[\]{}]|, |./gs) ?? []) {
		if (/^[([{]$/.test(token)) depth += 1;
		if (/^[)\]}]$/.test(token)) depth -= 1;
		if (token === ', ' && depth === 0) parts.push('');
		else parts[parts.length - 1] += token;
	}
	return parts;
}

const months = 'January February March April May June July August September October November December'.split(' ');

const atoms = {
	'time.Hour': () => 3600,
	'time.Minute': () => 60,
	'time.RFC3339': () => 'RFC3339',
	expectedFileChmod: () => '-rw-r--r--',
	privateRegistryURL: site => site.registryOfCase,
	'testEnv.PlatformDefaults.BaseImage': () => 'busybox',
};

const functions = {
	trimspace: ([text]) => text.trim(),
	slice: ([text, from, to]) => text.slice(index(from, 0), index(to, text.length)),
	'.Output': ([words], site) => output(words, site),
	'.CombinedOutput': ([words], site) => output(words, site),
	'exec.CommandContext': ([, ...words]) => words,
	't.Context': () => undefined,
	'time.Unix': ([seconds]) => Number(seconds),
	'time.Now': (_, {started}) => started,
	'time.Date': ([year, month, ...rest]) =>
		Date.UTC(year, months.indexOf(month.replace('time.', '')), ...rest.slice(0, 4)) / 1000,
	'.Add': ([time, duration]) => time + duration,
	'.UTC': ([time]) => time,
	'.Unix': ([time]) => time,
	'.Format': ([time]) => new Date(time * 1000).toISOString().replace('.000Z', 'Z'),
	'bin*': ([a, b]) => Number(a) * Number(b),
	'un-': ([a]) => -Number(a),
	'digest.FromBytes': ([text]) => sha256(text === 'null' ? '' : text),
	'.String': ([digest]) => `sha256:${digest}`,
	'.Encoded': ([digest]) => digest,
	'.Hex': ([digest]) => digest.replace(/^sha256:/, ''),
	'identity.NewID': () => 'id',
	'testutil.RandomAlpha': ([length]) => 'a'.repeat(Number(length)),
	'strings.ToLower': ([text]) => text.toLowerCase(),
	'c.Name': (_, {id}) => id.replace(/\W/g, '-'),
	'sb.NewRegistry': (_, {registryOfCase}) => registryOfCase,
	minimalBaseImage: () => 'busybox',
	/** So many lines of so many numbers, from 1, as one line of a Dockerfile. */
	lines: ([lines, numbers]) => {
		const line = index => Array.from({length: numbers}, (_, at) => index * numbers + at + 1).join(' ');
		return Array.from({length: lines}, (_, index) => line(index)).join(' \\\n');
	},
	'.URL': ([id], {urls}) => urls.get(id),
	'fakestorage.New': args => args[2],
	'fakecontext.WithFiles': ([files]) => files,
	'fakecontext.WithBinaryFiles': ([files]) => files,
};

function index(text, otherwise) {
	return text === 'null' ? otherwise : Number(text);
}

/** What a command says that upstream's code runs in the repository that it made last. */
function output([program, ...args], {lastShell, answers}) {
	const key = [lastShell, program, ...args].join('\0');
	if (!answers.has(key)) answers.set(key, execFileSync(program, args, {cwd: lastShell, encoding: 'utf8'}));
	return answers.get(key);
}

function sha256(text) {
	return createHash('sha256').update(text).digest('hex');
}
