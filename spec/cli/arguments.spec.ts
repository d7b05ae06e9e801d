import test from 'ava';
import {readArguments} from '../../lib/cli/arguments.ts';
import {buildFlags, globalFlags} from '../../lib/cli/flags.ts';
import {parseArguments} from '../../lib/cli/parse.ts';
import {UsageError} from '../../lib/errors.ts';

const flags = [...buildFlags, ...globalFlags];

/** What a command line of build means: its flags in the order typed, then its words. */
function read(line: string): string {
	const argv = line === '' ? [] : line.split(' ').map(word => (word === "''" ? '' : word));
	const {flags: found, words} = readArguments(argv, flags, {command: 'build'});
	return [...found.map(({flag, value}) => `${flag.name}=${value}`), ...words.map(word => `<${word}>`)].join(' ');
}

const understood: readonly (readonly [line: string, meaning: string])[] = [
	['-t app .', 'tag=app <.>'],
	['-tapp .', 'tag=app <.>'],
	['-t=app .', 'tag=app <.>'],
	['--tag app .', 'tag=app <.>'],
	['--tag=app .', 'tag=app <.>'],
	['. -t app', 'tag=app <.>'],
	['-t a -t b .', 'tag=a tag=b <.>'],
	['-tx=y .', 'tag=x=y <.>'],
	['-qt app .', 'quiet=true tag=app <.>'],
	['-qtapp .', 'quiet=true tag=app <.>'],
	['-f- .', 'file=- <.>'],
	['-f - .', 'file=- <.>'],
	['-o - .', 'output=- <.>'],
	['-', '<->'],
	['-t app -', 'tag=app <->'],
	['--no-cache .', 'no-cache=true <.>'],
	['--no-cache=false .', 'no-cache=false <.>'],
	['--pull=1 .', 'pull=true <.>'],
	['--build-arg A=b=c .', 'build-arg=A=b=c <.>'],
	['--build-arg A= .', 'build-arg=A= <.>'],
	['--build-arg=A=-x .', 'build-arg=A=-x <.>'],
	['--build-arg HTTP_PROXY .', 'build-arg=HTTP_PROXY <.>'],
	['--label 0123=1e3 .', 'label=0123=1e3 <.>'],
	['-- -t', '<-t>'],
	['--rm . --force-rm', 'rm=true force-rm=true <.>'],
	['--output type=oci,dest=a.tar .', 'output=type=oci,dest=a.tar <.>'],
	['--add-host a.b:::1 .', 'add-host=a.b:::1 <.>'],
	['007', '<007>'],
	['', ''],
];

for (const [line, meaning] of understood) {
	test(`"${line}" is understood`, t => {
		t.is(read(line), meaning);
	});
}

const refused: readonly (readonly [line: string, reason: string, ...help: readonly string[]])[] = [
	['--tagg x .', 'unknown flag --tagg', 'did you mean --tag (-t)?', 'all flags: strata build --help'],
	['--tagg=x .', 'unknown flag --tagg', 'did you mean --tag (-t)?', 'all flags: strata build --help'],
	['-x .', 'unknown flag -x', 'all flags: strata build --help'],
	['-qx .', 'unknown flag -x in -qx', 'all flags: strata build --help'],
	['--zzzzz .', 'unknown flag --zzzzz', 'all flags: strata build --help'],
	['--cache .', 'unknown flag --cache', 'all flags: strata build --help'],
	['--tag= .', '--tag (-t) has an empty value', 'as in: --tag NAME[:TAG]'],
	["--tag '' .", '--tag (-t) has an empty value', 'as in: --tag NAME[:TAG]'],
	["-t '' .", '--tag (-t) has an empty value', 'as in: --tag NAME[:TAG]'],
	['-t= .', '--tag (-t) has an empty value', 'as in: --tag NAME[:TAG]'],
	['. --tag', '--tag (-t) needs a value', 'as in: --tag NAME[:TAG]'],
	['--build-arg -t x', '--build-arg needs a value', 'as in: --build-arg K[=V]'],
	['--pull=maybe .', '--pull takes no value, but has maybe', 'as in: --pull'],
	['--progress fancy .', '--progress cannot be fancy', 'it is one of: auto, tty, plain, rawjson'],
	['--network bridge .', '--network cannot be bridge', 'it is one of: default, none, host'],
];

for (const [line, reason, ...help] of refused) {
	test(`"${line}" is refused: ${reason}`, t => {
		const error = t.throws(() => read(line), {instanceOf: UsageError});

		t.is(error?.message, reason);
		t.deepEqual(error?.help, help);
		t.is(error?.exitCode, 2);
	});
}

test('yargs hands on what was read, and nothing it made of it', t => {
	const argv = [
		'-t',
		'a',
		'-f',
		'one',
		'--file=two',
		'--no-cache',
		'--pull=false',
		'-t',
		'1.10',
		'--label',
		'a.b=c',
		'007',
		'-',
	];
	const args = parseArguments(readArguments(argv, flags, {command: 'build'}), argv, flags);

	t.deepEqual(args.words, ['007', '-']);
	t.deepEqual(args.texts('tag'), ['a', '1.10']);
	t.is(args.text('file'), 'two', 'of a flag given twice the last one counts');
	t.deepEqual(args.texts('label'), ['a.b=c']);
	t.true(args.has('no-cache'));
	t.false(args.has('pull'));
	t.false(args.has('quiet'));
	t.is(args.text('target'), undefined);
	t.deepEqual(args.texts('output'), []);
	t.deepEqual(args.typed, argv);
});

test('quotes that the shell left are part of a value', t => {
	const values = ['"id=a","src=a,b"', "'x'", '"', '""', 'a"b'];
	const argv = values.flatMap(value => ['--secret', value]);

	t.deepEqual(parseArguments(readArguments(argv, flags, {command: 'build'}), argv, flags).texts('secret'), values);
});
