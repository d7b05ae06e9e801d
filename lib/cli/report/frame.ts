import {cutEnd} from '../cells.ts';
import {plural, shortDigest} from '../names.ts';
import {formatProgress} from '../size.ts';
import type {Style} from '../style.ts';
import {formatTime} from '../time.ts';
import {retryText} from './facts.ts';
import type {EventOf} from './reporter.ts';
import {rowText, timedLine} from './row.ts';
import {lastLines, outputLine, type RunningStep, type Scene} from './scene.ts';

export interface FrameOptions {
	/** Cells that a row may take. */
	readonly width: number;
	/** Rows of the terminal. */
	readonly height: number;
	/** Milliseconds since the build began. */
	readonly t: number;
	/** How many lines of output a step that runs alone may show. */
	readonly logLines: number;
	/** Whether a signal is stopping the build. */
	readonly stopping: boolean;
	readonly style: Style;
}

const highest = 12;

/**
 * The live area: what the build as a whole does, then the steps that run and the last they printed. The first row
 * leaves two cells to the spinner.
 */
export function frameLines(scene: Scene, options: FrameOptions): readonly string[] {
	const {width, height, t, style, stopping} = options;
	const status = `${scene.name}: ${stopping ? 'stopping (Ctrl-C again to kill)' : statusText(scene, t)}`;
	const head = timedLine(status, formatTime(t), {width: width - 2, style});
	const room = Math.max(0, Math.min(highest, height - 2) - 1);
	const {running} = scene;
	const shown = running.length > room ? running.slice(0, Math.max(0, room - 1)) : running;
	const hidden = running.length - shown.length;
	const lines = Math.min(
		linesEach(running.length, options.logLines),
		Math.floor((room - shown.length) / (shown.length || 1)),
	);
	return [
		head,
		...shown.flatMap(step => stepLines(step, hidden > 0 ? 0 : lines, {...options, indent: scene.indent})),
		...(hidden > 0 && room > 0 ? [`  and ${hidden} more running`] : []),
	];
}

function statusText(scene: Scene, t: number): string {
	const {isPlanned, waiting, steps, done, running, packing, moving, pushing} = scene;
	if (!isPlanned) return waiting ?? 'reading the Dockerfile and its bases';
	if (pushing) return ['pushing', pushing.text(t)].filter(Boolean).join(', ');
	if (moving !== undefined) return moving;
	if (done === steps) return packing.text ?? 'writing the image';
	const facts = [`${done} of ${plural(steps, 'step')} done`];
	if (running.length > 1) facts.push(`${running.length} running`);
	if (packing.layers > 0) facts.push(`${plural(packing.layers, 'layer')} being packed`);
	return facts.join(', ');
}

/** Up to 4 lines for one running step, 2 each for two or three, 1 each for more. */
function linesEach(running: number, most: number): number {
	if (running <= 1) return most;
	return Math.min(most, running <= 3 ? 2 : 1);
}

interface StepOptions extends FrameOptions {
	readonly indent: number;
}

function stepLines(running: RunningStep, count: number, {width, t, style, indent}: StepOptions): readonly string[] {
	const {step, begun, pull, waiting} = running;
	const text = waiting ?? step.text;
	const detail = pull.text(t);
	const row = rowText({mark: ' ', label: step.label, text, detail, last: formatTime(t - begun)}, width, style);
	const below = pull.layers.length > 0 ? pullLines(pull.layers, count, style) : logLines(running, count);
	// One cell stays free: some terminals wrap a line that is drawn again at the very edge.
	return [row, ...below.map(line => cutEnd(`${' '.repeat(indent)}${line}`, width - 1, style.symbols.ellipsis))];
}

function logLines(running: RunningStep, count: number): readonly string[] {
	if (count < 1) return [];
	return lastLines(running)
		.map(outputLine)
		.filter(line => line.trim() !== '')
		.slice(-count);
}

type Transfer = EventOf<'transfer'>;

/** A bar for each layer that moves, as far as there is room, and how many are done. */
export function pullLines(layers: readonly Transfer[], count: number, style: Style): readonly string[] {
	if (count < 1) return [];
	const moving = layers.filter(({state}) => state === 'active' || state === 'retry');
	const [done, present] = (['done', 'present'] as const).map(kind => layers.filter(({state}) => state === kind).length);
	const facts = [...(done ? [`${done} done`] : []), ...(present ? [`${present} there already`] : [])];
	const sum = `${plural(layers.length, 'layer')}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`;
	return [...moving.slice(0, count - 1).map(layer => layerLine(layer, style)), sum];
}

const barLength = 20;

function layerLine(layer: Transfer, {symbols}: Style): string {
	if (layer.state === 'retry') return `${shortDigest(layer.digest)}  ${retryText(layer)}`;
	const full = layer.total > 0 ? Math.min(barLength, Math.floor((layer.current / layer.total) * barLength)) : 0;
	const bar = symbols.full.repeat(full) + symbols.empty.repeat(barLength - full);
	return `${shortDigest(layer.digest)}  ${bar}  ${formatProgress(layer.current, layer.total).padStart(13)}`;
}
