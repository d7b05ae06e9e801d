import {createWriteStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import type {Bytes} from '../bytes.ts';

/** Writes content to a new file. When it rejects, the file is the caller's to remove. */
export async function copyFile(content: Bytes, path: string, mode = 0o600): Promise<void> {
	await pipeline(content, createWriteStream(path, {flags: 'wx', mode}));
}
