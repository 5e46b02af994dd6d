import { render } from 'preact';

import { Frame } from './frame.tsx';
import { followMe } from './me.ts';
import { followLinks } from './route.ts';
import './style.css';

followLinks();
followMe();
render(<Frame />, document.querySelector('#console')!);
