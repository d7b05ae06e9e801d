import {mount} from '../linux/mount.ts';
import {hideCgroups} from './cgroups.ts';
import {workerHandlers} from './handlers.ts';
import {serve} from './serve.ts';

// The first process of the namespaces that `openNamespace` makes: what it mounts, only its children see.
process.umask(0o022);
mount('/proc', {type: 'proc'});
hideCgroups();
serve(workerHandlers());
