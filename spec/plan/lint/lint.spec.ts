import test from 'ava';
import fc from 'fast-check';
import {DockerfileError, StrataError, UsageError} from '../../../lib/errors.ts';
import {plan} from '../planning.ts';
import {lint, told} from './linting.ts';

const bad = (...lines: readonly string[]) => [...lines, 'FROM scratch as base', 'env a b'].join('\n');
const all = [
	"FromAsCasing: 'as' and 'FROM' keywords' casing do not match",
	'LegacyKeyValueFormat: "env key=value" should be used instead of legacy "env key value" format',
	"ConsistentInstructionCasing: Command 'env' should match the case of the command majority (uppercase)",
];

for (const [directive, left] of Object.entries({
	'': [0, 1, 2],
	'# check=skip=all': [],
	'#check=skip=FromAsCasing,LegacyKeyValueFormat': [2],
	'# CHECK = skip=FromAsCasing': [1, 2],
	'# check=error=true;skip=FromAsCasing': [1, 2],
	'# check=skip=FromAsCasing // because': [1, 2],
	'# check=skip=NoSuchRule': [0, 1, 2],
	'# check=experimental=all': [0, 1, 2],
})) {
	test(`${directive || 'no directive'} leaves ${left.length} of three findings (PAR-10)`, t => {
		const found = told(directive === '' ? bad() : bad(directive));

		t.deepEqual(
			found.map(line => line.replace(/^\d+ /, '')),
			left.map(index => all[index]),
		);
	});
}

test('the build arg takes the place of the directive (ARG-4)', t => {
	const given = (value: string) => told(bad('# check=skip=all'), {buildArgs: {BUILDKIT_DOCKERFILE_CHECK: value}});

	t.is(given('').length, 3);
	t.is(given('skip=ConsistentInstructionCasing').length, 2);
	t.is(given('skip=ConsistentInstructionCasing, FromAsCasing').length, 1);
});

test('what stands behind check= must be known; a comment in the file that is not understood says nothing (PAR-10)', t => {
	const wrong = (text: string) => () => lint(`# check=${text}\nFROM scratch`);
	const found = told('FROM scratch\n# check=skipp=all\nENV a b');

	for (const text of ['all', 'skipp=all', 'error=maybe', 'error=true;']) {
		const error = t.throws(wrong(text), {instanceOf: DockerfileError});
		t.is(error.location?.start, 1);
	}
	t.throws(() => lint('FROM scratch', {buildArgs: {BUILDKIT_DOCKERFILE_CHECK: 'x'}}), {instanceOf: UsageError});
	t.is(found.length, 1);
});

test('a comment above an instruction holds for that instruction only (PAR-10)', t => {
	const found = told(
		'FROM scratch\n# check=skip=LegacyKeyValueFormat // old\nENV a b\nENV c d\n# check=skip=all\nENV e f',
	);

	t.deepEqual(
		found.map(line => line.slice(0, 1)),
		['4'],
	);
});

test('findings come by line, then by what is said', t => {
	const found = told('FROM scratch\nenv zz b\nENV key=$aa\nENV password=$bb');

	t.deepEqual(
		found.map(line => line.replace(/:.*/, '')),
		[
			'2 LegacyKeyValueFormat',
			'2 ConsistentInstructionCasing',
			'3 SecretsUsedInArgOrEnv',
			'3 UndefinedVar',
			'4 SecretsUsedInArgOrEnv',
			'4 UndefinedVar',
		],
	);
});

test('without a wish for every stage, those that the target needs are checked, and names in all of them', t => {
	const text = 'FROM scratch AS One\nENV a b\nFROM scratch AS two\nENV c d\nFROM scratch\nENV e f';
	const found = told(text, {everyStage: false, target: 'two'});

	t.deepEqual(
		found.map(line => line.replace(/:.*/, '')),
		['1 StageNameCasing', '4 LegacyKeyValueFormat'],
	);
});

test('a trigger is checked where it is triggered, and told of the FROM that does', t => {
	const inStage = told('FROM scratch AS a\nONBUILD ENV a b\nFROM a');
	const inImage = told('FROM base', {configs: {base: {OnBuild: ['ENV a b', 'CMD a']}}});

	t.deepEqual(
		[...inStage, ...inImage].map(line => line.replace(/:.*/, '')),
		['3 LegacyKeyValueFormat', '1 LegacyKeyValueFormat', '1 JSONArgsRecommended'],
	);
});

test('what stands above an error is told, and the error is part of the answer', t => {
	const {findings, error} = lint('FROM scratch AS One\nMAINTAINER me\nBADCMD\nMAINTAINER you\nEnv a b');

	t.deepEqual(
		findings.map(({rule}) => rule),
		['StageNameCasing', 'MaintainerDeprecated'],
	);
	t.true(error instanceof DockerfileError);
	t.is(error?.location?.start, 3);
});

test('an error in a FROM or an instruction ends the checks there', t => {
	const ofFrom = lint(`ARG MY_ARCH=amd64\nFROM --platform=linux/\${MYARCH} base\nENV a b`);
	const ofInstruction = lint(`FROM scratch\nENV a b\nENV c=\${d:?no}\nENV e f`);

	t.deepEqual(
		[...ofFrom.findings, ...ofInstruction.findings].map(({rule, location}) => `${location.start} ${rule}`),
		['2 UndefinedArgInFrom', '2 LegacyKeyValueFormat'],
	);
	t.is(ofFrom.error?.location?.start, 2);
	t.is(ofInstruction.error?.location?.start, 3);
});

test('whatever the text, checking it throws nothing, ends, and changes no plan', t => {
	const names =
		'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR';
	const pieces = `env from As AS as one TWO $A \${A} \${A:-b} a=b 80/TCP 1:2 scratch . /a --from=one --platform=$A <<e e password`;
	const token = fc.oneof(
		fc.constantFrom(
			...names.split(' '),
			...pieces.split(' '),
			'\n',
			'\n',
			'\\\n',
			'\n\n',
			'\n# A b\n',
			'\n# check=skip=all\n',
		),
		fc.string({maxLength: 4}),
	);
	const text = fc
		.array(token, {maxLength: 60})
		.map(tokens => `# check=experimental=all\nFROM scratch AS A\n${tokens.join(' ')}`);
	fc.assert(
		fc.property(text, source => {
			const before = outcome(source);
			const {findings, error} = lint(source);

			const lines = source.split('\n').length;
			return (
				findings.every(({location: {start, end}}) => start >= 1 && start <= end && end <= lines) &&
				(error === undefined || error instanceof StrataError) &&
				JSON.stringify(outcome(source)) === JSON.stringify(before)
			);
		}),
		{numRuns: 1000},
	);
	t.pass();
});

function outcome(source: string): unknown {
	try {
		return plan(source);
	} catch (error) {
		return String(error);
	}
}
