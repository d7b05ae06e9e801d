import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {archive, inMemory} from '../../lib/layer/archive.ts';
import {digestOf} from '../../lib/oci/digest.ts';

test('the same entries are the same bytes, whenever and by whomever they are written', async t => {
	const entries = () => [{name: 'd/'}, {name: 'd/f', content: inMemory(Buffer.from('content'))}];

	const first = await collect(archive(entries()));

	t.is(digestOf(first), digestOf(await collect(archive(entries()))));
	t.is(String(digestOf(first)), 'sha256:9a78855b0f7de4579ff22e96c4dedc6f3cba9d8844ff95ca52edeb340fa94a02');
});

test('content of another size than said is refused', async t => {
	const content = {...inMemory(Buffer.from('four')), size: 5};

	await t.throwsAsync(collect(archive([{name: 'f', content}])), {message: 'Size mismatch'});
});

test('what a content rejects with, the archive rejects with', async t => {
	const boom = new Error('boom');
	const content = {
		size: 5,
		open: async function* () {
			yield Buffer.from('a');
			throw boom;
		},
	};

	t.is(await t.throwsAsync(collect(archive([{name: 'f', content}]))), boom);
});

test('content larger than any buffer passes through', async t => {
	const chunk = Buffer.alloc(1 << 20);
	const content = {
		size: 64 * chunk.length,
		open: async function* () {
			for (let at = 0; at < 64; at += 1) yield chunk;
		},
	};
	let size = 0;

	for await (const part of archive([{name: 'f', content}])) size += part.length;

	t.is(size, 512 + 64 * chunk.length + 1024);
});
