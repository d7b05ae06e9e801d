import {differencesOf, pictureOf} from './compare.mjs';
import {recordedFor} from './recorded.mjs';
import {openBuildah} from './reference-buildah.mjs';
import {openDocker} from './reference-docker.mjs';
import {writtenFor} from './written.mjs';

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

/** Compares what strata built with what the references of the case made of it: those that run, and else what was recorded of them. */
export async function compareWithReferences(outcome, site) {
	const {image, failed, unsupported, reference} = outcome;
	if (!reference.isUsual || unsupported) return;
	if (site.references.builders.length > 0) return compareLive(outcome, site);
	if (site.judges && image && !failed) await compareRecorded(outcome, site);
}

/**
 * The first judge that agrees is kept, with what those before it make otherwise; if none does, the first one's word stands. A
 * reference that does not build it, being older, says nothing.
 */
async function compareRecorded({image, step}, site) {
	const recorded = {...recordedFor(site, step.id), hand: writtenFor(site, step.id)};
	const known = [...site.judges, 'hand'].filter(name => recorded[name]?.files);
	if (known.length === 0) return void site.unchecked.push('files and config: no reference builds it');
	const ours = await pictureOf(image, site.registry);
	const results = known.map(name => ({name, lines: compareWith(ours, {name, picture: recorded[name]}, site)}));
	const agreeing = results.findIndex(({lines}) => lines.length === 0);
	const others = results
		.slice(0, Math.max(agreeing, 1))
		.flatMap(({name, lines}) => lines.map(line => `${name} ${line}`));
	if (agreeing < 0) site.differences.push(...others);
	else site.agreements.push({name: results[agreeing].name, others: agreeing === 0 ? [] : others});
}

function compareWith(ours, {name, picture}, {skip}) {
	return differencesOf(ours, picture, {skip, history: name === 'buildkit'});
}

async function compareLive({image, failed, reference, step}, site) {
	const ours = image && (await pictureOf(image, site.registry));
	for (const {name, build} of site.references.builders) {
		const {image: theirs, text} = await build(reference, site);
		const picture = theirs && (await pictureOf(theirs, site.registry));
		const end = text?.trim().split('\n').slice(-2).join(' ⏎ ');
		site.pictures.push({step: step.id, name, picture: picture ?? {fails: end}});
		if (!picture && !failed) site.notes.push(`${name} does not build it: ${end}`);
		if (picture && failed) site.notes.push(`${name} builds it`);
		if (!picture || failed || site.isRecording) continue;
		for (const line of compareWith(ours, {name, picture}, site)) site.differences.push(`${name} ${line}`);
	}
}
