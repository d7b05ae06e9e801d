import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {DigestMismatchError, verifiedBy, verifierOf, verify} from '../../lib/oci/verify.ts';

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

test('what is verified by the same descriptor already passes as it is, and by another one is verified again', async t => {
	const content = verify(hello, chunks('hello'));

	t.is(verify({...hello}, content), content);
	t.not(verify({...hello, size: 6}, content), content);
	await t.throwsAsync(collect(verify({...hello, digest: digestOf('other')}, content)), {
		instanceOf: DigestMismatchError,
	});
});

test('who hands on what is verified can say so', t => {
	const content = verify(hello, chunks('hello'));
	const [handedOn, other] = [chunks('hello'), chunks('hello')];

	t.is(verify(hello, verifiedBy(verifierOf(content), handedOn)), handedOn);
	t.not(verify(hello, verifiedBy(verifierOf(chunks('hello')), other)), other);
});

test('the error can be made another one, that knows more', async t => {
	const content = verify(hello, chunks('help!'), ({bytes}) => new Error(`${bytes} from somewhere`));

	await t.throwsAsync(collect(content), {message: '5 from somewhere'});
});
