import {libcFunction, systemError} from './libc.ts';

/** https://man7.org/linux/man-pages/man2/TIOCSWINSZ.2const.html; the numbers are those of the machine. */
const ioctl = libcFunction('int ioctl(int fd, unsigned long request, void *argument)');
const [getSize, setSize] = process.arch === 'ppc64' ? [0x4008_7468, 0x8008_7467] : [0x5413, 0x5414];

/** Gives one terminal the size of another, both by descriptor; programs on it hear of it by WINCH. */
export function copyTerminalSize(from: number, to: number): void {
	const size = Buffer.alloc(8);
	if (ioctl(from, getSize, size) !== 0) throw systemError('ioctl', `/proc/self/fd/${from}`);
	if (ioctl(to, setSize, size) !== 0) throw systemError('ioctl', `/proc/self/fd/${to}`);
}
