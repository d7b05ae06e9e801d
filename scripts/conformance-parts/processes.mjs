import {spawn} from 'node:child_process';

/** Runs a program to its end, `input` on its stdin: `{status, stdout, text}`, text being all that it printed in order. */
export function capture(program, args, {cwd, env, input} = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']});
		const parts = [];
		const out = [];
		child.stdout.on('data', part => {
			out.push(part);
			parts.push(part);
		});
		child.stderr.on('data', part => parts.push(part));
		child.on('error', reject);
		child.on('close', status =>
			resolve({status, stdout: String(Buffer.concat(out)), text: String(Buffer.concat(parts))}),
		);
		// Who does not read all of it closes the pipe, which is theirs to do.
		child.stdin?.on('error', () => {}).end(input);
	});
}
