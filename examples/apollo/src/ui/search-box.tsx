import { useEffect, useEffectEvent, useRef, useState } from 'react';

const pauseMs = 200;

/** Reports what is typed once the typist pauses; `/` leads here from anywhere on the page. */
export function SearchBox({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const [reported, setReported] = useState(value);
  // Somebody else changed it: going back, or clearing all filters.
  if (value !== reported) {
    setReported(value);
    setText(value);
  }

  const report = useEffectEvent((typed: string) => {
    if (typed === value) return;
    setReported(typed);
    onSearch(typed);
  });
  useEffect(() => {
    const timer = setTimeout(() => report(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);

  useEffect(() => {
    const lead = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', lead);
    return () => document.removeEventListener('keydown', lead);
  }, []);

  return (
    <search className="search">
      <label htmlFor="search">Search customers by name</label>
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="8.5" cy="8.5" r="5.5" />
        <path d="m13 13 4.5 4.5" />
      </svg>
      <input
        ref={input}
        id="search"
        type="search"
        placeholder="Search customers by name"
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        aria-keyshortcuts="/"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </search>
  );
}
