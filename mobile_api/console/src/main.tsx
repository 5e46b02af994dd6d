import { render } from 'preact';

import { followConnection } from './device/connection.ts';
import { start } from './device/start.ts';
import { Frame } from './frame.tsx';
import { followMe } from './me.ts';
import { followLinks } from './route.ts';
import { followSigningOut } from './session.ts';
import './style.css';

followLinks();
followConnection();
followSigningOut();
void start().then(() => {
  followMe();
  render(<Frame />, document.querySelector('#console')!);
});
