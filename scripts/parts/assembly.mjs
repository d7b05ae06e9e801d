import {execFileSync} from 'node:child_process';

/** Compiles lib/deflate/assembly to WebAssembly, in the file of this path. Throws if that fails; the compiler has told why. */
export function assemble(path) {
	const args = ['lib/deflate/assembly/deflate.ts', '--outFile', path, '-O3', '--runtime', 'stub', '--noAssert'];
	execFileSync('node_modules/.bin/asc', args, {stdio: ['ignore', 'inherit', 'inherit']});
}
