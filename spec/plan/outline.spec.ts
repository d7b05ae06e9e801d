import test from 'ava';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import type {ContainerConfig} from '../../lib/oci/image.ts';
import {baseKey} from '../../lib/plan/base.ts';
import {type Outline, outlineDockerfile} from '../../lib/plan/outline.ts';
import type {PlanRequest} from '../../lib/plan/request.ts';
import {plainRequest} from './planning.ts';

function outline(lines: readonly string[], asked: Partial<PlanRequest> = {}): Outline {
	const dockerfile = parseDockerfile(lines.join('\n'), 'Dockerfile');
	const bases = new Map<string, ContainerConfig>();
	for (;;) {
		const answer = outlineDockerfile(dockerfile, {...plainRequest, ...asked, bases});
		if ('outline' in answer) return answer.outline;
		for (const {base} of answer.missing) bases.set(baseKey(base), {});
	}
}

/** `name=value (line) description` */
function told({args}: Outline): readonly string[] {
	return args.map(({name, value, location, description}) =>
		`${name}=${value} (${location.start}) ${description}`.trim(),
	);
}

test('the ARGs of a target are those it declares, those of its FROM, and those that their values are made of (FE-3)', t => {
	const found = outline([
		'ARG unused=0',
		'ARG suffix=box',
		'ARG base=busy$suffix',
		'FROM $base AS first',
		'ARG own=1 none',
		'FROM scratch',
		'ARG other=1',
		'FROM first',
		'ARG again=2',
	]);

	t.deepEqual(told(found), ['suffix=box (2)', 'base=busybox (3)', 'own=1 (5)', 'none= (5)', 'again=2 (9)']);
	t.is(found.name, undefined);
});

test('build args are values, an inherited ARG is told where it is declared first, a repeated one where it is last', t => {
	const lines = ['ARG a=1', 'ARG b=$a', `ARG a=\${a}2`, 'FROM scratch', 'ARG a', 'ARG b=3', 'ARG c=$b', 'ARG c=$c$a'];

	t.deepEqual(told(outline(lines)), ['a=12 (3)', 'b=3 (6)', 'c=312 (8)']);
	t.deepEqual(told(outline(lines, {buildArgs: {a: 'x', c: 'y'}})), ['a=x (5)', 'b=3 (6)', 'c=y (8)']);
});

test('comments right above ARG and FROM that begin with the name describe it (PAR-14)', t => {
	const found = outline([
		'# A is one',
		'# any words',
		'ARG A=1',
		'# Last is not it',
		'# last is the last',
		'FROM scratch AS Last',
		'ARG A',
		'# C is the second',
		'# B is the first',
		'ARG B=1 C=2',
		'# D is cut off',
		'',
		'ARG D=1',
	]);

	t.deepEqual([found.name, found.description], ['last', 'is the last']);
	t.deepEqual(told(found), ['A=1 (3) is one', 'B=1 (10) is the first', 'C=2 (10) is the second', 'D=1 (13)']);
});

test('secrets, agents and caches are told of all stages that the target needs, once a name, by line (FE-3)', t => {
	const lines = [
		'FROM scratch AS first',
		'RUN --mount=type=secret,target=/a/token --mount=type=ssh --mount=type=cache,target=/c true',
		'FROM scratch AS not-needed',
		'RUN --mount=type=secret,id=other true',
		'FROM scratch AS last',
		'ARG n=1',
		'RUN --mount=type=secret,id=token,required --mount=type=secret,id=s$n --mount=type=ssh,id=key,required true',
		'COPY --from=first /a /b',
	];
	const {secrets, ssh, caches} = outline(lines);

	const at = ({name, location, ...rest}: Outline['caches'][number]) => [name, location.start, rest];
	t.deepEqual(secrets.map(at), [
		['token', 7, {required: true}],
		['s1', 7, {required: false}],
	]);
	t.deepEqual(ssh.map(at), [
		['default', 2, {required: false}],
		['key', 7, {required: true}],
	]);
	t.deepEqual(caches.map(at), [['/c', 2, {}]]);
});

test('another target has another outline', t => {
	const lines = ['FROM scratch AS one', 'ARG a=1', 'FROM scratch AS two', 'ARG b=1'];

	t.deepEqual(told(outline(lines, {target: 'one'})), ['a=1 (2)']);
});
