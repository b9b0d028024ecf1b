import { render } from 'preact';
import { App } from './app.tsx';
import { wearTheme } from './ui/theme.tsx';

wearTheme();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
