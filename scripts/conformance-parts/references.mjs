import {differencesOf, pictureOf} from './compare.mjs';
import {recordedFor} from './recorded.mjs';
import {openBuildah} from './reference-buildah.mjs';
import {openDocker} from './reference-docker.mjs';

const makers = {
	buildah: openBuildah,
	buildkit: registry => openDocker(registry, {buildkit: true}),
	docker: registry => openDocker(registry, {buildkit: false}),
};

/** Starts the builders that `names` lists, divided by commas. */
export async function openReferences(names, registry) {
	const builders = [];
	for (const name of names.split(',').filter(Boolean)) builders.push({name, ...(await makers[name](registry))});
	return {
		builders,
		close: async () => {
			for (const {close} of builders) await close();
		},
	};
}

/**
 * Compares what strata built with what the references of the case made of it: those that run, and else what was recorded of
 * them. A reference that does not build it, being older, says nothing.
 */
export async function compareWithReferences(outcome, site) {
	const {image, failed, unsupported, reference, step} = outcome;
	if (!reference.isUsual || unsupported) return;
	if (site.references.builders.length > 0) return compareLive(outcome, site);
	if (!site.judges || !image || failed) return;
	const recorded = recordedFor(site, step.id);
	const known = site.judges.filter(name => recorded?.[name]?.files);
	if (known.length === 0) return void site.unchecked.push('files and config: no reference builds it');
	const ours = await pictureOf(image, site.registry);
	const results = known.map(name => ({name, lines: compareWith(ours, {name, picture: recorded[name]}, site)}));
	const agreeing = results.find(({lines}) => lines.length === 0);
	if (agreeing) site.agrees = agreeing.name;
	else for (const {name, lines} of results.slice(0, 1)) site.differences.push(...lines.map(line => `${name} ${line}`));
}

function compareWith(ours, {name, picture}, {skip}) {
	return differencesOf(ours, picture, {skip, history: name === 'buildkit'});
}

async function compareLive({image, failed, reference, step}, site) {
	const ours = image && (await pictureOf(image, site.registry));
	for (const {name, build} of site.references.builders) {
		const {image: theirs, text} = await build(reference, site);
		const picture = theirs && (await pictureOf(theirs, site.registry));
		site.pictures.push({
			step: step.id,
			name,
			picture: picture ?? {fails: text.trim().split('\n').slice(-2).join(' ⏎ ')},
		});
		if (!picture && !failed)
			site.notes.push(`${name} does not build it: ${text.trim().split('\n').slice(-2).join(' ⏎ ')}`);
		if (picture && failed) site.notes.push(`${name} builds it`);
		if (!picture || failed || site.isRecording) continue;
		for (const line of compareWith(ours, {name, picture}, site)) site.differences.push(`${name} ${line}`);
	}
}
