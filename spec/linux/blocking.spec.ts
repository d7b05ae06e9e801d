import {readFileSync} from 'node:fs';
import {Socket} from 'node:net';
import test from 'ava';
import {makeBlocking} from '../../lib/linux/blocking.ts';
import {openPipe} from '../../lib/linux/pipe.ts';

/** O_NONBLOCK. */
function isNonBlocking(fd: number): boolean {
	const [, flags = ''] = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
	return (Number.parseInt(flags, 8) & 0o4000) !== 0;
}

test('what Node had in its hands waits again', t => {
	const {reader, writer} = openPipe();
	const sockets = [new Socket({fd: reader}), new Socket({fd: writer, readable: false})];

	t.true(isNonBlocking(reader), 'Node does that');
	makeBlocking(reader);

	t.false(isNonBlocking(reader));
	for (const socket of sockets) socket.destroy();
});

test('a descriptor that is none is an error', t => {
	t.throws(() => makeBlocking(999_999), {code: 'EBADF'});
});
