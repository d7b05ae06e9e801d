import {createCipheriv, createHash} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** Files that are the same wherever they are made: names, sizes and bytes follow from a seed. */
export function generator(seed) {
	const random = randomNumbers(seed);
	const text = makeText(random, 16 << 20);
	const noise = makeNoise(seed, 16 << 20);
	/** A piece of a pool that is far longer than what gzip looks back on. */
	const pieceOf = (pool, size) => {
		const start = Math.floor(random() * (pool.length - Math.min(size, pool.length - 1)));
		const piece = pool.subarray(start, start + size);
		return piece.length === size ? piece : Buffer.concat([piece, pieceOf(pool, size - piece.length)]);
	};
	return {
		text: size => pieceOf(text, size),
		/** `count` files of `bytes` in all, small ones far more often than large ones; every fifth is noise. */
		*files(count, bytes) {
			const weights = Array.from({length: count}, () => Math.min(-Math.log(1 - random()), 12) + 0.05);
			const scale = bytes / weights.reduce((sum, weight) => sum + weight, 0);
			for (const [index, weight] of weights.entries()) {
				const size = Math.round(weight * scale);
				yield {path: pathOf(index), content: pieceOf(index % 5 === 0 ? noise : text, size)};
			}
		},
	};
}

/** The path of the file of this number: 100 a folder. */
export function pathOf(index) {
	return `src/${String(Math.floor(index / 100)).padStart(4, '0')}/${index}${index % 5 === 0 ? '.bin' : '.txt'}`;
}

/** Writes a context that every user can read. */
export function writeContext(folder, {dockerfile, files = []}) {
	mkdirSync(folder, {recursive: true});
	writeFileSync(join(folder, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
	const made = new Set();
	for (const {path, content} of files) {
		const place = join(folder, path);
		if (!made.has(dirname(place))) mkdirSync(dirname(place), {recursive: true});
		made.add(dirname(place));
		writeFileSync(place, content);
	}
}

/** xorshift: numbers from 0 to below 1. */
function randomNumbers(seed) {
	let state = createHash('sha256').update(seed).digest().readUInt32LE() || 1;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) / 2 ** 32;
	};
}

/** Words of a small language, frequent ones more often, as source code and prose have them: gzip makes a third of it. */
function makeText(random, size) {
	const letters = 'etaoinshrdlucmfwypvbgkqjxz_';
	const letter = () => letters[Math.floor(random() ** 1.6 * letters.length)];
	const words = Array.from({length: 4000}, () => Array.from({length: 2 + Math.floor(random() * 8)}, letter).join(''));
	const text = Buffer.alloc(size, 0x20);
	for (let at = 0; at < size; ) {
		const end = random() < 0.1 ? '\n' : ' ';
		at += text.write(`${words[Math.floor(random() ** 3 * words.length)]}${end}`, at);
		if (size - at < 16) break;
	}
	return text;
}

function makeNoise(seed, size) {
	const key = createHash('sha256').update(seed).digest();
	return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
