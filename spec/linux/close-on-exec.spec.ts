import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import test from 'ava';

const module = join(process.cwd(), 'build/lib/linux/close-on-exec.js');
const list = 'for fd in /proc/$$/fd/*; do readlink $fd; done; true';

/** What a program sees that is started by a Node which was started with descriptors of folders. */
function seen(before: string): string {
	const program = `import {closeOnExec} from ${JSON.stringify(module)}; import {execFileSync} from 'node:child_process';
		${before}; process.stdout.write(execFileSync('sh', ['-c', ${JSON.stringify(list)}], {stdio: ['ignore', 'pipe', 'ignore']}))`;
	const inherit = ['-c', 'exec 57</etc 1000</usr; exec "$@"', 'bash', process.execPath, '--input-type=module', '-e'];
	return execFileSync('bash', [...inherit, program], {encoding: 'utf8'});
}

test('no descriptor is handed on, however high it is; without the call those are that Node overlooks (CVE-2024-21626)', t => {
	t.regex(seen(''), /^\/usr$/m);
	t.notRegex(seen('closeOnExec(3)'), /^\/(etc|usr)$/m);
});
