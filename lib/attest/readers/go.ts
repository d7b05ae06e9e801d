import type {Bytes} from '../../bytes.ts';
import {type Package, Unreadable} from '../package.ts';
import {packageURL} from '../purl.ts';

/** What the linker of Go writes into a program: https://pkg.go.dev/debug/buildinfo */
export interface BuildInfo {
	/** `go1.19.8`, and what a vendor put behind it. */
	readonly goVersion: string;
	/** Lines of fields with tabs between; `''` for a program that was built without modules. */
	readonly modules: string;
}

const magic = Buffer.from('\xff Go buildinf:', 'latin1');
/** It lies at a multiple of this in the file. */
const alignment = 16;
/** The texts begin after the head, each with its length before it. */
const headSize = 32;
/** The largest of programs known have a tenth of it. */
const largestInfo = 4 * 1024 * 1024;

/**
 * The build information of a program in ELF, in one pass over its content; undefined if it is no program of Go. Throws `Unreadable` for
 * one that was built by Go before 1.18, which kept it behind pointers.
 */
export async function buildInfoOf(content: Bytes): Promise<BuildInfo | undefined> {
	let window = Buffer.alloc(0);
	/** Where in the file `window` begins: a multiple of the alignment. */
	let start = 0;
	for await (const chunk of content) {
		window = Buffer.concat([window, chunk]);
		if (start === 0 && window.length >= 4 && !window.subarray(0, 4).equals(elf)) return undefined;
		const found = search(window);
		if (found && 'info' in found) return found.info;
		const kept = found ? found.at : Math.max(0, window.length - (window.length % alignment) - alignment);
		start += kept;
		window = window.subarray(kept);
	}
	return undefined;
}

const elf = Buffer.from('\x7fELF', 'latin1');

/** The information, or where one begins that needs more bytes. The mark alone may be a text of the program: what follows has to fit. */
function search(window: Buffer): {readonly info: BuildInfo} | {readonly at: number} | undefined {
	for (let at = window.indexOf(magic); at >= 0; at = window.indexOf(magic, at + 1)) {
		if (at % alignment !== 0) continue;
		const bytes = window.subarray(at, at + largestInfo);
		if (bytes.length < headSize) return {at};
		const [pointerSize = 0, flags = 0] = bytes.subarray(magic.length);
		if ((flags & 2) === 0) {
			if ((pointerSize === 4 || pointerSize === 8) && flags <= 1) throw new Unreadable('is built by Go before 1.18');
			continue;
		}
		const version = textAt(bytes, headSize);
		const modules = version && textAt(bytes, version.end);
		if (modules && version.text.toString('latin1').startsWith('go')) {
			return {info: {goVersion: version.text.toString(), modules: unframed(modules.text).toString()}};
		}
		if (bytes.length < largestInfo && !modules) return {at};
	}
	return undefined;
}

/** A text and its length before it, in seven bits a byte; undefined if more bytes are needed. */
function textAt(bytes: Buffer, at: number): {readonly text: Buffer; readonly end: number} | undefined {
	let length = 0;
	let from = at;
	for (let shift = 0; shift < 28; shift += 7) {
		const byte = bytes[from++];
		if (byte === undefined) return undefined;
		length |= (byte & 0x7f) << shift;
		if (byte < 0x80) break;
	}
	const end = from + length;
	return end > bytes.length ? undefined : {text: bytes.subarray(from, end), end};
}

/** The modules stand between two marks of 16 bytes. */
function unframed(text: Buffer): Buffer {
	return text.length >= 33 && text.at(-17) === 0x0a ? text.subarray(16, -16) : Buffer.alloc(0);
}

/**
 * The modules in a program, what it is itself and the standard library among them. A module that was replaced is what it was replaced by,
 * unless that is a folder. Of a program that was built without modules, as Debian does, only the package that it is of is known.
 */
export function goPackages({goVersion, modules}: BuildInfo): readonly Package[] {
	const lines = modules.split('\n').map(line => line.split('\t'));
	const found: Package[] = [modulePackage('stdlib', goVersion.replace(/^go/, '').replace(/ .*$/, ''))];
	for (const [kind, path = '', version = ''] of lines) {
		const isReplacement = kind === '=>' && !/^[./]/.test(path);
		if (isReplacement) found.pop();
		if (isReplacement || kind === 'mod' || kind === 'dep') found.push(modulePackage(path, version));
	}
	const program = lines.find(([kind]) => kind === 'path')?.[1];
	return program && !lines.some(([kind]) => kind === 'mod') ? [...found, modulePackage(program, '')] : found;
}

/** `(devel)` is what the linker says if it does not know. */
function modulePackage(path: string, told: string): Package {
	const version = told === '(devel)' ? '' : told;
	const slash = path.lastIndexOf('/');
	const [namespace, name] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
	return {name: path, version, purl: packageURL({type: 'golang', namespace, name, version}), licences: []};
}
