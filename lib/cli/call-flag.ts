import {UsageError} from '../errors.ts';
import type {Arguments} from './command.ts';

/** What is asked of a Dockerfile instead of a build. */
export interface Call {
	readonly method: Method;
	readonly asJson: boolean;
}

export type Method = (typeof methods)[number];

const methods = ['check', 'outline', 'targets', 'plan', 'subrequests.describe'] as const;

/** `--check`, or `--call METHOD[,format=json]`; undefined where it is to be built. */
export function callOf(args: Arguments): Call | undefined {
	const asked = args.text('call') ?? (args.has('check') ? 'check' : undefined);
	if (asked === undefined) return undefined;
	const [name = '', ...settings] = asked.split(',');
	if (name === 'build' && settings.length === 0) return undefined;
	const method = name === 'lint' ? 'check' : methods.find(known => known === name);
	const format = settings.length === 0 ? 'text' : /^format=(text|json)$/.exec(settings.join(','))?.[1];
	if (method && format) return {method, asJson: format === 'json' || args.has('json')};
	throw new UsageError('FLAG_VALUE', `--call cannot be ${asked}`, {
		help: [`it is one of: build, ${methods.join(', ')}`, 'as data: --call check,format=json'],
	});
}
