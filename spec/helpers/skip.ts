import test, {type ExecutionContext} from 'ava';

/** `test`; or, with a reason, a test that is skipped and shows the reason in its title. */
export function unless(reason: string | undefined): typeof define {
	return reason === undefined ? define : (title, body) => test.skip(`${title} (skipped: ${reason})`, body);
}

function define(title: string, body: (t: ExecutionContext) => Promise<void> | void): void {
	test(title, body);
}
