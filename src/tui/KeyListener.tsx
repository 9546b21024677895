// Owns: listening to the keyboard. Draws nothing. Only to be mounted where the input is a terminal: ink throws elsewhere.
import { useInput } from 'ink';
import { type KeyAction, keyActions } from './keys.ts';

export function KeyListener({ act }: { readonly act: (action: KeyAction) => void }): null {
  useInput((input, key) => {
    for (const action of keyActions(input, key)) act(action);
  });
  return null;
}
