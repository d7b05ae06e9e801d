import {setFlagsFromString} from 'node:v8';
import {laterOptimization} from '../entry-points.ts';
import {closeOnExec} from '../linux/close-on-exec.ts';
import {mount} from '../linux/mount.ts';
import {hideCgroups} from './cgroups.ts';
import {workerHandlers} from './handlers.ts';
import {serve} from './serve.ts';
import {protectSys} from './system-folder.ts';

// The first process of the namespaces that `openNamespace` makes: what it mounts, only its children see.
// Whatever we were started with, no program that we start gets a descriptor of it (CVE-2024-21626).
closeOnExec(3);
process.umask(0o022);
setFlagsFromString(laterOptimization);
mount('/proc', {type: 'proc'});
protectSys();
hideCgroups();
serve(workerHandlers());
