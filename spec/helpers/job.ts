import type {RunJob} from '../../lib/runtime/job.ts';

/** A RUN that says nothing but what a test gives it. */
export function jobFor(job: Partial<RunJob> = {}): RunJob {
	return {
		id: 'job',
		argv: ['/bin/sh', '-c', 'true'],
		env: ['PATH=/usr/bin:/bin'],
		cwd: '/',
		user: '',
		hostname: 'buildkitsandbox',
		network: 'default',
		security: 'sandbox',
		hosts: [],
		files: [],
		mounts: [],
		...job,
	};
}
