import test from 'ava';
import {Malformed} from '../../lib/layer/errors.ts';
import {decodeHeader, encodeHeader, type Header} from '../../lib/layer/header.ts';
import {readTar} from '../../lib/layer/read-tar.ts';

const plain: Header = {
	name: Buffer.from('a'),
	type: 'file',
	mode: 0o644,
	uid: 0,
	gid: 0,
	size: 0,
	mtime: 0,
};

/** The first member of a tar that has this header. */
async function reread(header: Header): Promise<Header> {
	const bytes = (async function* () {
		yield encodeHeader(header);
	})();
	for await (const {content: _, offset: __, ...member} of readTar(bytes)) return member;
	throw new Error('no member');
}

test('LAY-1: what fits ustar has no extended header', t => {
	const fits: readonly Partial<Header>[] = [
		{name: Buffer.from('n'.repeat(100))},
		{name: Buffer.from(`${'p'.repeat(155)}/${'n'.repeat(100)}`)},
		{name: Buffer.from(`${'d'.repeat(99)}/`), type: 'directory'},
		{name: Buffer.from(`${'p'.repeat(60)}/${'d'.repeat(60)}/`), type: 'directory'},
		{uid: 0o7777777, gid: 0o7777777, mtime: 0o77777777777, mode: 0o7777},
		{type: 'symlink', linkname: Buffer.from('l'.repeat(100))},
	];

	t.deepEqual(
		fits.map(fields => encodeHeader({...plain, ...fields}).length),
		fits.map(() => 512),
	);
});

const needy: Readonly<Record<string, Partial<Header>>> = {
	'a name without a slash of 101 bytes': {name: Buffer.from('n'.repeat(101))},
	'a directory of 101 bytes': {name: Buffer.from(`${'d'.repeat(101)}/`), type: 'directory'},
	'a name beyond prefix and name': {name: Buffer.from(`${'p'.repeat(156)}/${'n'.repeat(100)}`)},
	'a name beyond ASCII': {name: Buffer.from('é')},
	'a name that is no UTF-8': {name: Buffer.of(0xff, 0x2f, 0x80)},
	'an id above 2097151': {uid: 2_097_152, gid: 4_294_967_294},
	'a file of 8 GiB': {size: 2 ** 33},
	'a file of 5 TiB': {size: 5 * 2 ** 40},
	'a time before 1970': {mtime: -1},
	'a time after 2242': {mtime: 2 ** 33},
	'a long target': {type: 'symlink', linkname: Buffer.from('l'.repeat(101))},
	'a target beyond ASCII': {type: 'symlink', linkname: Buffer.from('ü')},
	'a capability': {xattrs: {'security.capability': Buffer.from('0100000280000000000000000000000000000000', 'hex')}},
};

for (const [what, fields] of Object.entries(needy)) {
	test(`LAY-1: ${what} is kept by an extended header`, async t => {
		const header = {...plain, ...fields};

		t.true(encodeHeader(header).length > 512);
		t.deepEqual(await reread(header), header);
	});
}

test('a file of 5 GiB needs none', async t => {
	const header = {...plain, size: 5 * 2 ** 30};

	t.is(encodeHeader(header).length, 512);
	t.deepEqual(await reread(header), header);
});

test("numbers in GNU's binary form are read, also negative ones", t => {
	const block = encodeHeader({...plain, size: 7});
	block.set([0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1], 124);
	block.set(Array(11).fill(0xff), 136);
	block.set([0xfe], 147);
	const fixed = withChecksum(block);

	const {size, mtime} = decodeHeader(fixed) ?? {};

	t.is(size, 2 ** 33 + 1);
	t.is(mtime, -2);
});

test('a damaged block is no header, and zeros end an archive', t => {
	const block = encodeHeader(plain);
	block[0] = 0x62;

	t.throws(() => decodeHeader(block), {instanceOf: Malformed});
	t.is(decodeHeader(Buffer.alloc(512)), undefined);
});

function withChecksum(block: Buffer): Buffer {
	block.fill(0x20, 148, 156);
	const sum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
	return block;
}
