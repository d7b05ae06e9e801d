import test from 'ava';
import {
	choosePlatform,
	formatPlatform,
	formatWithVersion,
	hostPlatform,
	normalizePlatform,
	type Platform,
	parsePlatform,
	satisfies,
} from '../../lib/oci/platform.ts';

const platforms: readonly (readonly [written: string, normal: string])[] = [
	['linux/amd64', 'linux/amd64'],
	['linux/x86_64', 'linux/amd64'],
	['linux/amd64/v1', 'linux/amd64'],
	['linux/amd64/v3', 'linux/amd64/v3'],
	['Linux/AMD64', 'linux/amd64'],
	['linux/aarch64', 'linux/arm64'],
	['linux/arm64/v8', 'linux/arm64'],
	['linux/arm64/8', 'linux/arm64'],
	['linux/arm64/v9', 'linux/arm64/v9'],
	['linux/arm', 'linux/arm/v7'],
	['linux/arm/v6', 'linux/arm/v6'],
	['linux/armhf', 'linux/arm/v7'],
	['linux/armel', 'linux/arm/v6'],
	['linux/i386', 'linux/386'],
	['arm64', 'linux/arm64'],
	['riscv64', 'linux/riscv64'],
	['windows/amd64', 'windows/amd64'],
	['windows(10.0.20348.1006)/amd64', 'windows/amd64'],
];

for (const [written, normal] of platforms) {
	test(`${written} is the platform ${normal}`, t => {
		const platform = parsePlatform(written);

		t.is(platform && formatPlatform(platform), normal);
		t.deepEqual(platform && normalizePlatform(platform), platform, 'normalising again changes nothing');
	});
}

test('a system may have a version (FRM-5)', t => {
	const platform = parsePlatform('windows(10.0.20348.1006)/amd64');

	t.is(platform?.['os.version'], '10.0.20348.1006');
	t.is(platform && formatWithVersion(platform), 'windows(10.0.20348.1006)/amd64');
});

for (const text of [
	'',
	'linux',
	'linux/',
	'windows(1',
	'windows()/amd64',
	'amd64(1)',
	'/amd64',
	'a/b/c/d',
	'linux/amd 64',
	'$TARGETPLATFORM',
]) {
	test(`${JSON.stringify(text)} is no platform`, t => {
		t.is(parsePlatform(text), undefined);
	});
}

test('the host is a linux platform with a known architecture', t => {
	t.deepEqual(parsePlatform(formatPlatform(hostPlatform())), hostPlatform());
});

function manifest(os: string, architecture: string, variant?: string): {platform: Platform} {
	return {platform: variant === undefined ? {os, architecture} : {os, architecture, variant}};
}

const arm = [manifest('linux', 'arm', 'v5'), manifest('linux', 'arm', 'v6'), manifest('linux', 'arm', 'v7')];
const attestation = manifest('unknown', 'unknown');

// FRM-9
const choices: readonly (readonly [
	title: string,
	offered: readonly {platform: Platform}[],
	wanted: string,
	index: number | undefined,
])[] = [
	['arm64/v8 serves arm64', [manifest('linux', 'amd64'), manifest('linux', 'arm64', 'v8')], 'linux/arm64', 1],
	['arm64 serves arm64/v8', [manifest('linux', 'arm64')], 'linux/arm64/v8', 0],
	['arm64 serves arm64/v9', [manifest('linux', 'arm64')], 'linux/arm64/v9', 0],
	['arm64/v9 does not serve arm64', [manifest('linux', 'arm64', 'v9')], 'linux/arm64', undefined],
	['amd64 serves amd64/v3', [manifest('linux', 'amd64')], 'linux/amd64/v3', 0],
	[
		'amd64/v2 is better than amd64 for v3',
		[manifest('linux', 'amd64'), manifest('linux', 'amd64', 'v2')],
		'linux/amd64/v3',
		1,
	],
	['amd64/v3 does not serve amd64', [manifest('linux', 'amd64', 'v3')], 'linux/amd64', undefined],
	['arm without a variant means v7', arm, 'linux/arm', 2],
	['arm/v6 takes v6', arm, 'linux/arm/v6', 1],
	['arm/v8 takes the highest below', arm, 'linux/arm/v8', 2],
	['arm64 takes no arm', arm, 'linux/arm64', undefined],
	['the first of equals is taken', [manifest('linux', 's390x'), manifest('linux', 's390x')], 'linux/s390x', 0],
	['an odd variant serves only itself', [manifest('linux', '386', 'sse2')], 'linux/386', undefined],
	['an attestation is no image', [attestation], 'linux/amd64', undefined],
	['other systems do not count', [manifest('windows', 'amd64')], 'linux/amd64', undefined],
];

for (const [title, offered, wanted, index] of choices) {
	test(`FRM-9: ${title}`, t => {
		const chosen = choosePlatform(offered, parsePlatform(wanted) ?? hostPlatform());

		t.is(chosen && offered.indexOf(chosen as {platform: Platform}), index);
	});
}

test('a manifest without a platform is taken if it is alone', t => {
	const alone: {platform?: Platform} = {};

	t.is(choosePlatform([alone], hostPlatform()), alone);
	t.is(choosePlatform([{}, {}] as {platform?: Platform}[], hostPlatform()), undefined);
});

test('an image satisfies what it may run on', t => {
	t.true(satisfies({os: 'linux', architecture: 'aarch64'}, {os: 'linux', architecture: 'arm64', variant: 'v8'}));
	t.false(satisfies({os: 'linux', architecture: 'arm64'}, {os: 'linux', architecture: 'amd64'}));
});
