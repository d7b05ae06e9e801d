import {execFileSync} from 'node:child_process';
import {closeSync, readlinkSync, readSync, writeSync} from 'node:fs';
import test from 'ava';
import {openPipe} from '../../lib/linux/pipe.ts';

test('what is written to a pipe is read from it, up to its end', t => {
	const {reader, writer} = openPipe();
	const data = Buffer.alloc(8);

	writeSync(writer, 'hello');
	closeSync(writer);

	t.is(data.toString('utf8', 0, readSync(reader, data)), 'hello');
	t.is(readSync(reader, data), 0);
	closeSync(reader);
});

test('a program can open a pipe by name, and gets no end of it unasked', t => {
	const {reader, writer} = openPipe();
	const data = Buffer.alloc(8);

	execFileSync('sh', ['-c', 'echo hello >/dev/stdout'], {stdio: ['ignore', writer, 'inherit']});
	const others = execFileSync('sh', ['-c', 'readlink /proc/$$/fd/*; true'], {stdio: ['ignore', 'pipe', 'ignore']});

	t.is(data.toString('utf8', 0, readSync(reader, data)), 'hello\n');
	t.false(String(others).includes(readlinkSync(`/proc/self/fd/${reader}`)));
	for (const fd of [reader, writer]) closeSync(fd);
});
