import type {Command} from './command.ts';

/** Every command by name. Each is loaded when it is called. */
export const commands: Readonly<Record<string, () => Promise<{readonly command: Command}>>> = {
	build: () => import('./commands/build.ts'),
	plan: () => import('./commands/plan.ts'),
	lint: () => import('./commands/lint.ts'),
	images: () => import('./commands/images.ts'),
	inspect: () => import('./commands/inspect.ts'),
	history: () => import('./commands/history.ts'),
	logs: () => import('./commands/logs.ts'),
	tag: () => import('./commands/tag.ts'),
	rmi: () => import('./commands/rmi.ts'),
	prune: () => import('./commands/prune.ts'),
	du: () => import('./commands/du.ts'),
	doctor: () => import('./commands/doctor.ts'),
	help: () => import('./commands/help.ts'),
	version: () => import('./commands/version.ts'),
};
