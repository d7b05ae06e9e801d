import type {Location} from '../errors.ts';
import {describedAs, type Outline, outlineDockerfile} from '../plan/outline.ts';
import {withDesk} from './desk.ts';
import type {BuildOptions} from './options.ts';
import type {Desk} from './planning.ts';
import type {SourceText} from './report.ts';

export interface OutlineResult extends Outline {
	readonly source: SourceText;
}

/** What a build of the target takes: args, secrets, agents and caches. Fetches the bases' configs, runs nothing. */
export async function outline(options: BuildOptions): Promise<OutlineResult> {
	return withDesk(options, async ({source, reading, orders: [order], bases}) => {
		const {dockerfile, error} = reading;
		if (!dockerfile) throw error;
		for (;;) {
			const answer = outlineDockerfile(dockerfile, order);
			if ('outline' in answer) return {source, ...answer.outline};
			await bases.fetch(answer.missing);
		}
	});
}

/** A stage that a build can stop at. */
export interface Target {
	/** In lower case; absent if it has none. */
	readonly name?: string;
	/** Whether it is built where no other is asked for. */
	readonly isDefault: boolean;
	readonly description: string;
	/** As written, as is the platform. */
	readonly base: string;
	readonly platform?: string;
	readonly location: Location;
}

export interface TargetsResult {
	readonly source: SourceText;
	/** In the order of the Dockerfile. */
	readonly targets: readonly Target[];
}

/** The stages of a Dockerfile, from its text alone. */
export async function targets(options: BuildOptions): Promise<TargetsResult> {
	return withDesk(options, async desk => ({source: desk.source, targets: targetsOf(desk)}));
}

function targetsOf({reading: {dockerfile, error}}: Desk): readonly Target[] {
	if (!dockerfile) throw error;
	return dockerfile.stages.map(({from}, index) => {
		const name = from.as?.name.text.toLowerCase();
		return {
			...(name === undefined ? {} : {name}),
			isDefault: index === dockerfile.stages.length - 1,
			description: name === undefined ? '' : describedAs(name, from.comments),
			base: from.image.text,
			...(from.platform ? {platform: from.platform.text} : {}),
			location: from.location,
		};
	});
}
