// How to search: collection, filter, hits, budget, pool, re-ranking.

import type { ComponentChildren } from "preact";
import { hitCounts } from "./options.js";
import type { SearchOptions } from "./options.js";

interface ControlsProps {
  readonly options: SearchOptions;
  /** Undefined where the caller may not list them. */
  readonly collections: readonly string[] | undefined;
  readonly onChange: (change: Partial<SearchOptions>) => void;
}

export function Controls(props: ControlsProps) {
  const { options, onChange } = props;
  const { filter, budgetMs, poolSize, isReranked } = options;
  return (
    <fieldset class="controls">
      <legend>options</legend>
      <CollectionChoice {...props} />
      <Labelled text="filter">
        <input
          class="filter"
          value={filter}
          placeholder={'lang = "en" and year >= 2020'}
          spellcheck={false}
          onChange={({ currentTarget }) => onChange({ filter: currentTarget.value })}
        />
      </Labelled>
      <HitCount {...props} />
      <WholeNumber
        text="budget, ms"
        value={budgetMs}
        max={600_000}
        onChange={(value) => onChange({ budgetMs: value })}
      />
      <WholeNumber
        text="pool"
        value={poolSize}
        max={100_000}
        onChange={(value) => onChange({ poolSize: value })}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={isReranked}
          onChange={({ currentTarget }) => onChange({ isReranked: currentTarget.checked })}
        />
        re-rank the top
      </label>
    </fieldset>
  );
}

function CollectionChoice({ options: { collection }, collections, onChange }: ControlsProps) {
  const choose = (value: string): void => onChange({ collection: value });
  return (
    <Labelled text="collection">
      {collections === undefined ? (
        <input value={collection} onChange={({ currentTarget }) => choose(currentTarget.value)} />
      ) : (
        <select value={collection} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {collections.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

function HitCount({ options: { k }, onChange }: ControlsProps) {
  return (
    <Labelled text="hits">
      <select
        value={String(k)}
        onChange={({ currentTarget }) => onChange({ k: Number(currentTarget.value) })}
      >
        {[...new Set([...hitCounts, k])].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </Labelled>
  );
}

function Labelled({
  text,
  children,
}: {
  readonly text: string;
  readonly children: ComponentChildren;
}) {
  return (
    <label>
      <span>{text}</span>
      {children}
    </label>
  );
}

function WholeNumber({
  text,
  value,
  max,
  onChange,
}: {
  readonly text: string;
  readonly value: number | undefined;
  readonly max: number;
  readonly onChange: (value: number | undefined) => void;
}) {
  return (
    <Labelled text={text}>
      <input
        type="number"
        min={1}
        max={max}
        placeholder="server's"
        value={value ?? ""}
        onChange={({ currentTarget }) => {
          const number = currentTarget.valueAsNumber;
          onChange(Number.isInteger(number) && number > 0 && number <= max ? number : undefined);
        }}
      />
    </Labelled>
  );
}
