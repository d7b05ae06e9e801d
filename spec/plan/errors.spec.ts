// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles
import test from 'ava';
import {DockerfileError} from '../../lib/errors.ts';
import {type Asked, plan, printed} from './planning.ts';

/** Texts, and what is said of them (UX.md section 3). */
const mistakes: Readonly<Record<string, readonly [text: string, message: string]>> = {
	'an undeclared ARG in FROM': [
		'FROM alpine AS a\nARG BASE=alpine\nFROM ${BASE}',
		[
			'error: FROM: ${BASE} is empty, no ARG BASE stands before the first FROM',
			' --> Dockerfile:3:6',
			'note: an ARG inside a stage is not seen by FROM',
			'help: add above the first FROM: ARG BASE=alpine',
			'help: or give it: --build-arg BASE=alpine',
		].join('\n'),
	],
	'a misspelt ARG in FROM': [
		'ARG VERSION=3\nFROM alpine:$VERSON',
		[
			'error: FROM: $VERSON is empty, no ARG VERSON stands before the first FROM',
			' --> Dockerfile:2:6',
			'note: an ARG inside a stage is not seen by FROM',
			'help: did you mean VERSION?',
			'help: add above the first FROM: ARG VERSON=alpine',
			'help: or give it: --build-arg VERSON=alpine',
		].join('\n'),
	],
	'an ARG without a value in FROM': [
		'ARG BASE\nFROM $BASE',
		[
			'error: FROM: $BASE is empty, ARG BASE has no value',
			' --> Dockerfile:2:6',
			'help: give it a default: ARG BASE=alpine',
			'help: or give it: --build-arg BASE=alpine',
		].join('\n'),
	],
	'another frontend': [
		'# syntax=example.com/my/syntax:1\nFROM scratch',
		[
			'error: cannot use the frontend example.com/my/syntax:1',
			' --> Dockerfile:1',
			'note: strata reads the language itself, up to docker/dockerfile 1.26',
			'help: remove the line',
			'help: or ignore it: --build-arg BUILDKIT_SYNTAX=dockerfile.v0',
		].join('\n'),
	],
	'an image in upper case': [
		'FROM Alpine',
		['error: FROM: Alpine is no image name', ' --> Dockerfile:1:6', 'help: did you mean alpine?'].join('\n'),
	],
	'a URL in COPY': [
		'FROM scratch\nCOPY http://host/x /',
		[
			'error: COPY: http://host/x is no path; only ADD fetches',
			' --> Dockerfile:2:6',
			'help: ADD http://host/x /',
		].join('\n'),
	],
	'a required variable': [
		'FROM scratch\nENV A="${B:?set it}"',
		['error: ENV: B: set it', ' --> Dockerfile:2:7', 'help: give it: --build-arg B=VALUE'].join('\n'),
	],
	'a word that is none': [
		'FROM scratch\nLABEL A=${:}',
		[
			'error: LABEL: cannot expand ${:}: bad substitution',
			' --> Dockerfile:2:9',
			`help: a $ or quote that is meant as it stands is written \\$, \\' or \\"`,
		].join('\n'),
	],
	'a signal': [
		'FROM scratch\nSTOPSIGNAL SIGTREM',
		['error: STOPSIGNAL: SIGTREM is no signal', ' --> Dockerfile:2:12', 'help: did you mean SIGTERM?'].join('\n'),
	],
	'a port': [
		'FROM scratch\nEXPOSE 80 99999',
		[
			'error: EXPOSE: cannot expose 99999: 99999 is no port from 0 to 65535',
			' --> Dockerfile:2:11',
			'help: as in: EXPOSE 80 or EXPOSE 8000-8010/udp',
		].join('\n'),
	],
	'a mode': [
		'FROM scratch\nCOPY --chmod=888 a b',
		[
			'error: COPY: --chmod=888 is no mode',
			' --> Dockerfile:2:6',
			'help: as in: --chmod=644, --chmod=u=rwX,go=rX',
		].join('\n'),
	],
	'a platform': [
		'FROM --platform=linux/ alpine',
		['error: FROM: linux/ is no platform', ' --> Dockerfile:1:6', 'help: as in: --platform=linux/arm64'].join('\n'),
	],
};

for (const [what, [text, message]] of Object.entries(mistakes)) {
	test(`${what} is told with its place and a way out`, t => {
		t.is(printed(t.throws(() => plan(text), {instanceOf: DockerfileError})), message);
	});
}

test('a frontend is taken if it is ours, from whatever mirror, or if it is told to be ignored (PAR-8)', t => {
	const ask = (syntax: string, asked?: Asked) => () => plan(`# syntax=${syntax}\nFROM scratch`, asked);

	t.notThrows(ask('docker/dockerfile:1'));
	t.notThrows(ask('mirror.gcr.io/docker/dockerfile:1.9-labs'));
	t.notThrows(ask('docker/dockerfile-upstream:master'));
	t.notThrows(ask('example.com/x', {buildArgs: {BUILDKIT_SYNTAX: 'dockerfile.v0'}}));
	t.throws(ask('docker/dockerfile:1', {buildArgs: {BUILDKIT_SYNTAX: 'example.com/x'}}), {instanceOf: DockerfileError});
});

test('mistakes in stages that the target does not reach are not looked for', t => {
	t.notThrows(() => plan('FROM $NOTHING AS a\nSTOPSIGNAL x\nFROM scratch'));
});
