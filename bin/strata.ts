import {main} from '../lib/cli/main.ts';
import {poolSize} from '../lib/entry-points.ts';

process.env.UV_THREADPOOL_SIZE ??= `${poolSize}`;

main(process.argv.slice(2)).then(code => {
	process.exitCode = code;
});
