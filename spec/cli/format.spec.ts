import test from 'ava';
import {pasteable, plural, shortDigest, tidyHome} from '../../lib/cli/names.ts';
import {formatProgress, formatSize, parseMemory, parseSize} from '../../lib/cli/size.ts';
import {formatAge, formatTime, parseSpan} from '../../lib/cli/time.ts';

for (const [bytes, text] of [
	[0, '0 B'],
	[512, '512 B'],
	[999, '999 B'],
	[1000, '1.0 kB'],
	[1500, '1.5 kB'],
	[9949, '9.9 kB'],
	[9960, '10 kB'],
	[48_000, '48 kB'],
	[999_499, '999 kB'],
	[999_500, '1.0 MB'],
	[3_623_807, '3.6 MB'],
	[1_234_567_890, '1.2 GB'],
	[5e12, '5.0 TB'],
	[5e18, '5000 PB'],
] as const) {
	test(`${bytes} bytes are ${text} (UX 6)`, t => {
		t.is(formatSize(bytes), text);
	});
}

test('both parts of a progress are in the unit of the whole', t => {
	t.is(formatProgress(58_000_000, 76_000_000), '58 of 76 MB');
	t.is(formatProgress(7_100_000, 12_000_000), '7.1 of 12 MB');
	t.is(formatProgress(0, 3_600_000), '0.0 of 3.6 MB');
	t.is(formatProgress(5, 10), '5 of 10 B');
});

for (const [ms, text] of [
	[0, '0.0s'],
	[99, '0.0s'],
	[1402, '1.4s'],
	[59_999, '59.9s'],
	[60_000, '1m 00s'],
	[245_000, '4m 05s'],
	[3_599_999, '59m 59s'],
	[3_723_000, '1h 02m'],
	[90_000_000, '25h 00m'],
	[-5, '0.0s'],
] as const) {
	test(`${ms} ms are ${text} (UX 6)`, t => {
		t.is(formatTime(ms), text);
	});
}

for (const [seconds, text] of [
	[0, '0 seconds ago'],
	[1, '1 second ago'],
	[120, '2 minutes ago'],
	[3600, '1 hour ago'],
	[36 * 3600, '36 hours ago'],
	[3 * 86_400, '3 days ago'],
	[35 * 86_400, '5 weeks ago'],
	[90 * 86_400, '3 months ago'],
	[800 * 86_400, '2 years ago'],
	[-9, '0 seconds ago'],
] as const) {
	test(`${seconds} seconds are ${text}`, t => {
		t.is(formatAge(0, seconds * 1000), text);
	});
}

test('flags take sizes and spans of time as people write them', t => {
	t.is(parseSize('10GB'), 1e10);
	t.is(parseSize('10GiB'), 10 * 2 ** 30);
	t.is(parseSize('1.5 mb'), 1_500_000);
	t.is(parseSize('7'), 7);
	t.is(parseSize('ten'), undefined);
	t.is(parseSize('10 XB'), undefined);
	t.is(parseSpan('72h'), 72 * 36e5);
	t.is(parseSpan('1h30m'), 54e5);
	t.is(parseSpan('7d'), 7 * 864e5);
	t.is(parseSpan('7'), undefined);
	t.is(parseSpan('-1h'), undefined);
});

test('units of memory are powers of 1024, as docker has them', t => {
	t.is(parseMemory('64m'), 2 ** 26);
	t.is(parseMemory('64MB'), 2 ** 26);
	t.is(parseMemory('1.5 GiB'), 1.5 * 2 ** 30);
	t.is(parseMemory('7'), 7);
	t.is(parseMemory('7b'), 7);
	t.is(parseMemory('0'), 0);
	t.is(parseMemory('-1m'), undefined);
	t.is(parseMemory('much'), undefined);
});

test('a digest is short by its first 12 digits', t => {
	t.is(shortDigest('sha256:b6ed094a0dd607e71b0471b4ceac6a77'), 'b6ed094a0dd6');
	t.is(plural(1, 'layer'), '1 layer');
	t.is(plural(0, 'layer'), '0 layers');
});

test('our home is $HOME wherever a path begins, and nowhere else', t => {
	t.is(tidyHome('oci:/home/dev/.local/share/strata:redis', '/home/dev'), 'oci:$HOME/.local/share/strata:redis');
	t.is(tidyHome('in /home/dev and /home/dev/a', '/home/dev'), 'in $HOME and $HOME/a');
	t.is(tidyHome('/home/developer /mnt/home/dev', '/home/dev'), '/home/developer /mnt/home/dev');
	t.is(
		tidyHome("sh -c '/home/dev/x'", '/home/dev'),
		"sh -c '/home/dev/x'",
		'single quotes keep $HOME from its meaning',
	);
	t.is(tidyHome('/a', '/'), '/a');
});

test('what is to be pasted is quoted where a shell would take it apart (UX 9.10)', t => {
	t.is(pasteable('oci:/home/dev/s:redis:latest', '/home/dev'), 'oci:$HOME/s:redis:latest');
	t.is(pasteable('oci:/home/dev/my store:redis', '/home/dev'), '"oci:$HOME/my store:redis"');
	t.is(pasteable("/a/it's", '/home/dev'), "'/a/it'\\''s'");
	t.is(pasteable('/a/$x', '/home/dev'), "'/a/$x'");
	t.is(pasteable('a;b', '/home/dev'), '"a;b"');
});
