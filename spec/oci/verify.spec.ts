import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {DigestMismatchError, verify} from '../../lib/oci/verify.ts';

const hello = {mediaType: 'text/plain', digest: digestOf('hello'), size: 5};

async function* chunks(...texts: string[]) {
	for (const text of texts) yield Buffer.from(text);
}

test('content that is what its descriptor says passes unchanged', async t => {
	t.is((await collect(verify(hello, chunks('he', '', 'llo')))).toString(), 'hello');
});

for (const [title, content] of [
	['other content', ['help!']],
	['too short content', ['hell']],
	['no content', []],
] as const) {
	test(`${title} is refused at its end`, async t => {
		const error = await t.throwsAsync(collect(verify(hello, chunks(...content))), {instanceOf: DigestMismatchError});

		t.is(error.expected, hello);
		t.is(error.received, digestOf(content.join('')));
		t.is(error.bytes, content.join('').length);
	});
}

test('content without an end is left as soon as it is too long', async t => {
	async function* endless() {
		for (;;) yield Buffer.from('hello');
	}

	const error = await t.throwsAsync(collect(verify(hello, endless())), {instanceOf: DigestMismatchError});

	t.is(error.received, undefined);
	t.deepEqual(error.notes, [`expected ${hello.digest}`, 'more than 5 bytes']);
});
