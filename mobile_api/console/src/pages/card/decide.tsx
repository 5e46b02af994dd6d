import { useState } from 'preact/hooks';

import type { Card, CardDetail } from '../../api/generated.ts';
import { send } from '../../api/call.ts';
import { knowsPasskeys, signWithPasskey } from '../../device/passkey.ts';
import type { Json } from '../../kit/canonical.ts';
import { Trouble } from '../../parts/loaded.tsx';
import { tenant } from '../../session.ts';
import { words } from '../../words.ts';
import { Attach } from './attach.tsx';
import { bodyOf, callOf, challengeOf, needsPasskey, type Category, type Choice, type Verb } from './decision.ts';
import { QuestionForm } from './question-form.tsx';
import { answerOf, questionIn, type Question, type Typed } from './question.ts';

const say = words.decide;
const CATEGORIES = Object.keys(say.categories) as Category[];

interface Properties {
  card: CardDetail;
  verbs: readonly Verb[];
  isDisabled: boolean;
  /** What is typed to approve it; null where something undoes it. */
  mustType: string | null;
  decided: (verb: Verb, version: number) => void;
}

/** The decision in two steps: which one, then its words. Nothing is chosen in advance. */
export function Decide(properties: Properties) {
  const { card, verbs, isDisabled, mustType, decided } = properties;
  const [verb, setVerb] = useState<Verb>();
  const question = card.needs_answer ? questionIn((card.content ?? null) as Json) : null;
  const cannotAnswer = card.needs_answer && question === null;
  return (
    <section class="decide">
      <h2>{say.title}</h2>
      {cannotAnswer && <p>{say.needsAnswer}</p>}
      {verb === undefined ? (
        <div class="verbs">
          {verbs.map((each) => (
            <button disabled={isDisabled || (cannotAnswer && each === 'approve')} onClick={() => setVerb(each)}>
              {say[each]}
            </button>
          ))}
        </div>
      ) : (
        <Words
          card={card}
          verb={verb}
          mustType={verb === 'approve' ? mustType : null}
          question={verb === 'approve' ? question : null}
          back={() => setVerb(undefined)}
          decided={(version) => decided(verb, version)}
        />
      )}
    </section>
  );
}

interface WordsProperties {
  card: CardDetail;
  verb: Verb;
  mustType: string | null;
  question: Question | null;
  back: () => void;
  decided: (version: number) => void;
}

function Words({ card, verb, mustType, question, back, decided }: WordsProperties) {
  // One decision, however often it is sent.
  const [id] = useState(() => crypto.randomUUID());
  const [text, setText] = useState('');
  const [typed, setTyped] = useState('');
  const [category, setCategory] = useState<Category | null>(null);
  const [typedAnswer, setTypedAnswer] = useState<Typed>({});
  const [attachments, setAttachments] = useState<readonly string[]>([]);
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const answer = question === null ? undefined : answerOf(question.fields, typedAnswer);
  const choice: Choice = { verb, id, words: text.trim(), category, ...(answer && { answer }), attachments };
  const isSigned = needsPasskey(choice, card.passkey_for);
  const submit = async (event: Event) => {
    event.preventDefault();
    setSending(true);
    setProblem(undefined);
    try {
      decided((await decide(card, choice, isSigned)).version);
    } catch (error) {
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  const isWhole =
    (verb === 'approve' || choice.words !== '') &&
    (verb !== 'veto' || category !== null) &&
    answer !== null &&
    (mustType === null || typed.trim() === mustType);
  return (
    <form onSubmit={(event) => void submit(event)}>
      {verb === 'veto' && (
        <fieldset>
          <legend>{say.category}</legend>
          {CATEGORIES.map((each) => (
            <label>
              <input type="radio" name="category" checked={category === each} onChange={() => setCategory(each)} />{' '}
              {say.categories[each]}
            </label>
          ))}
        </fieldset>
      )}
      {question !== null && <QuestionForm question={question} typed={typedAnswer} type={setTypedAnswer} />}
      <label>
        {{ approve: say.note, request_changes: say.noteNeeded, veto: say.why }[verb]}
        <textarea maxLength={2000} rows={3} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {verb !== 'approve' && <Attach chosen={attachments} choose={setAttachments} />}
      {mustType !== null && (
        <label>
          {say.typeName(mustType)}
          <input value={typed} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      )}
      {isSigned && <p>{knowsPasskeys ? say.passkey : say.noPasskey}</p>}
      <div class="verbs">
        <button type="button" onClick={back}>
          {say.back}
        </button>
        <button disabled={!isWhole || isSending}>{say.send[verb]}</button>
      </div>
      {problem !== undefined && <Trouble problem={problem} />}
    </form>
  );
}

async function decide(card: CardDetail, choice: Choice, isSigned: boolean): Promise<Card> {
  const about = { tenant: tenant.value!, approvalId: card.id, decisionHash: card.decision_hash };
  const assertion = isSigned ? await signWithPasskey(await challengeOf(choice, about)) : undefined;
  const path = `/v1/mobile/approvals/${encodeURIComponent(card.id)}/${callOf(choice)}`;
  return send<Card>(path, bodyOf(choice, card.decision_hash, assertion));
}
