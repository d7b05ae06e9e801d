import {StepError} from '../errors.ts';
import type {RunJob} from '../runtime/job.ts';
import {resolveInRoot, statInside} from './in-root.ts';

/** Throws the error of UX.md section 3 if the program of a job is not in the image: runtimes only say "not found". */
export function findProgram(job: RunJob, rootfs: string): void {
	const [program = ''] = job.argv;
	const candidates = candidatesOf(program, job);
	if (candidates.some(path => isFile(rootfs, path) || isMounted(job, path))) return;
	const help = program === '/bin/sh' ? ['use the exec form: RUN ["/app", "arg"]'] : [];
	throw new StepError('PROGRAM_MISSING', `RUN: no ${program || 'program'} in the image`, {help});
}

function candidatesOf(program: string, job: RunJob): string[] {
	if (program.startsWith('/')) return [program];
	if (program.includes('/')) return [`${job.cwd}/${program}`];
	return searchPath(job).map(folder => `${folder}/${program}`);
}

function searchPath(job: RunJob): string[] {
	const path = job.env.findLast(variable => variable.startsWith('PATH='))?.slice('PATH='.length);
	return (path ?? '').split(':').filter(folder => folder.startsWith('/'));
}

function isFile(rootfs: string, path: string): boolean {
	return statInside(rootfs, resolveInRoot(rootfs, path))?.isFile() ?? false;
}

/** It may come with a mount, whose content is not looked at. */
function isMounted(job: RunJob, path: string): boolean {
	const targets = [...job.mounts.map(({target}) => target), ...job.files.map(file => file.path)];
	return (
		targets.some(target => path === target || path.startsWith(target === '/' ? '/' : `${target}/`)) ||
		path.startsWith('/dev/') ||
		path.startsWith('/proc/')
	);
}
