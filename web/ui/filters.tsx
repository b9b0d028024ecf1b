import { useState } from 'preact/hooks';

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly all: string;
  readonly options: readonly string[];
}

/** A search by service and a few choices; the address carries them, so a link shows the same. */
export function Filters({
  values,
  choices,
  onChange,
}: {
  readonly values: Readonly<Record<string, string>>;
  readonly choices: readonly Choice[];
  readonly onChange: (next: Readonly<Record<string, string>>) => void;
}) {
  const [service, setService] = useState(values['service'] ?? '');
  return (
    <form
      class="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...values, service: service.trim() });
      }}
    >
      <label class="grow">
        <span class="sr">Service</span>
        <input
          class="input"
          type="search"
          placeholder="Service, for example shop/checkout   /"
          data-search
          value={service}
          onInput={(event) => setService(event.currentTarget.value)}
        />
      </label>
      {choices.map((choice) => (
        <label key={choice.name}>
          <span class="sr">{choice.label}</span>
          <select
            class="input"
            value={values[choice.name] ?? ''}
            onChange={(event) =>
              onChange({ ...values, service: service.trim(), [choice.name]: event.currentTarget.value })
            }
          >
            <option value="">{choice.all}</option>
            {choice.options.map((option) => (
              <option key={option} value={option}>
                {option}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button class="btn btn--s" type="submit">
        Search
      </button>
    </form>
  );
}
