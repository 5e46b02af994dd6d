import { render } from 'preact';

import { Frame } from './frame.tsx';
import { followLinks } from './route.ts';
import './style.css';

followLinks();
render(<Frame />, document.querySelector('#console')!);
