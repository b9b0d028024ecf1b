import type { BlueprintSpec, GlobalSpec } from './document.ts';
import { type Complaint, type Fault, faultAt, NOWHERE, type Path } from './fault.ts';
import type { YamlSource } from './readYaml.ts';

export type Form = 'file' | 'kubernetes';

/** A document that loaded: what was written, in the Kubernetes form's shape, and where each part of it stands. */
export interface BlueprintDoc {
  readonly form: Form;
  readonly name: string;
  /** As written: metadata.namespace, else target.namespace. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: BlueprintSpec;
  readonly origin: Origin;
}

export interface GlobalDoc {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: GlobalSpec;
  readonly origin: Origin;
}

/** Where a document came from: turns a path inside `spec` into a fault with file, line and column. */
export interface Origin {
  readonly file: string;
  fault(complaint: Complaint): Fault;
}

/** `metadata.version` of the file form is `version` of the spec, and so on: one path, as it was written. */
export function writtenPath(form: Form, path: Path): Path {
  const [first] = path;
  if (form === 'kubernetes') return ['spec', ...path];
  if (first === 'version' || first === 'priority' || first === 'criticality') return ['metadata', ...path];
  return first === 'governance' || first === 'verification' ? path : ['spec', ...path];
}

export function originOf(form: Form, file: string, source: YamlSource | undefined): Origin {
  return {
    file,
    fault(complaint) {
      const path = writtenPath(form, complaint.path);
      return faultAt({ ...complaint, path }, file, source?.locate(path, complaint.atKey) ?? NOWHERE);
    },
  };
}
