import test from 'ava';
import {DockerfileError} from '../../lib/errors.ts';
import {parseChmod} from '../../lib/tree/chmod.ts';

for (const [text, mode, file, directory] of [
	['755', 0o600, 0o755, 0o755],
	['0644', 0o777, 0o644, 0o644],
	['7777', 0, 0o7777, 0o7777],
	['0', 0o777, 0, 0],
	['+x', 0o644, 0o755, 0o755],
	['u=rwX,go=rX', 0o600, 0o644, 0o755],
	['u=rwX,go=rX', 0o711, 0o755, 0o755],
	['a-w', 0o666, 0o444, 0o444],
	['g=u,o-rwx', 0o751, 0o770, 0o770],
	['u+s,g+s,+t', 0o755, 0o7755, 0o7755],
	['u=rw', 0o4755, 0o655, 0o655],
	['u+rw-x', 0o100, 0o600, 0o600],
	['go=', 0o777, 0o700, 0o700],
	['o+X', 0o640, 0o640, 0o641],
] as const) {
	test(`--chmod=${text} makes of 0${mode.toString(8)} a file 0${file.toString(8)}, a directory 0${directory.toString(8)} (CPY-8)`, t => {
		t.is(parseChmod(text)(mode, false), file);
		t.is(parseChmod(text)(mode, true), directory);
	});
}

for (const text of ['', '8', '10000', 'rwx', 'u', 'z+x', 'u+q', 'u=gx', 'a+x,', '0x1ff']) {
	test(`--chmod=${text} is refused`, t => {
		t.throws(() => parseChmod(text), {instanceOf: DockerfileError, code: 'CHMOD'});
	});
}
