import { useEffect, useState } from 'preact/hooks';

import type { CardDetail } from '../../api/generated.ts';
import { isOnline, shownAsOf } from '../../device/connection.ts';
import { deviceKey } from '../../device/key.ts';
import { knowsPasskeys } from '../../device/passkey.ts';
import { dismiss, isOpen, queue } from '../../device/queue.ts';
import type { Json } from '../../kit/canonical.ts';
import { Trouble } from '../../parts/loaded.tsx';
import { Queued } from '../../parts/queued.tsx';
import { addressOf } from '../../route.ts';
import { tenant } from '../../session.ts';
import { words } from '../../words.ts';
import { decide as say } from '../../words/card.ts';
import { Attach } from './attach.tsx';
import { needsPasskey, type Category, type Verb } from './decision.ts';
import { QuestionForm } from './question-form.tsx';
import { answerOf, questionIn, type Question, type Typed } from './question.ts';
import { useReadingTime } from './reading.ts';
import { decide } from './sending.ts';

// Nobody approves for good by habit.
const PAUSE_SECONDS = 5;
const CATEGORIES = Object.keys(say.categories) as Category[];

interface Properties {
  card: CardDetail;
  verbs: readonly Verb[];
  isDisabled: boolean;
  /** What is typed to approve it; null where something undoes it. */
  mustType: string | null;
  decided: (verb: Verb, version: number) => void;
}

/** The decision in two steps: which one, then its words. Nothing is chosen in advance. What was
 * decided before the platform could be reached is shown in its place. */
export function Decide(properties: Properties) {
  const { card, verbs, isDisabled, mustType, decided } = properties;
  const [verb, setVerb] = useState<Verb>();
  const [isSending, setSending] = useState(false);
  const readMs = useReadingTime();
  const mine = queue.value.filter((each) => each.decision.approvalId === card.id && each.tenant === tenant.value);
  const taken = isSending ? undefined : mine.find((each) => each.state === 'accepted');
  useEffect(() => {
    if (taken?.said == null || !('version' in taken.said)) return;
    decided(taken.decision.verb, taken.said.version);
    void dismiss(taken.decision.id);
  }, [taken?.decision.id]);
  const waits = !isSending && mine.some((each) => isOpen(each.state));
  const cannotSign = (!isOnline.value || shownAsOf.value !== null) && !deviceKey.value?.isConfirmed;
  const question = card.needs_answer ? questionIn((card.content ?? null) as Json) : null;
  const cannotAnswer = card.needs_answer && question === null;
  return (
    <section class="decide">
      <h2>{say.title}</h2>
      {!isSending && mine.map((each) => <Queued entry={each} key={each.decision.id} />)}
      {cannotAnswer && <p>{say.needsAnswer}</p>}
      {cannotSign && !waits && (
        <p>
          {words.offline.cannotSign} <a href={addressOf('device')}>{words.pages.device}</a>
        </p>
      )}
      {waits ? null : verb === undefined ? (
        <div class="verbs">
          {verbs.map((each) => (
            <button
              disabled={isDisabled || cannotSign || (cannotAnswer && each === 'approve')}
              onClick={() => setVerb(each)}
            >
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
          readMs={readMs}
          isSending={isSending}
          setSending={setSending}
          decided={(version) => (version === null ? setVerb(undefined) : decided(verb, version))}
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
  readMs: () => number;
  isSending: boolean;
  setSending: (isSending: boolean) => void;
  decided: (version: number | null) => void;
}

function Words({ card, verb, mustType, question, back, readMs, isSending, setSending, decided }: WordsProperties) {
  const [text, setText] = useState('');
  const [typed, setTyped] = useState('');
  const [category, setCategory] = useState<Category | null>(null);
  const [typedAnswer, setTypedAnswer] = useState<Typed>({});
  const [attachments, setAttachments] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<unknown>();
  const secondsLeft = usePause(mustType === null ? 0 : PAUSE_SECONDS);
  const answer = question === null ? undefined : answerOf(question.fields, typedAnswer);
  const choice = { verb, words: text.trim(), category, ...(answer && { answer }), attachments };
  const isSigned = needsPasskey({ verb }, card.passkey_for);
  const submit = async (event: Event) => {
    event.preventDefault();
    setSending(true);
    setProblem(undefined);
    try {
      // What is sent again after a refusal is another decision.
      decided(await decide(card, { ...choice, id: crypto.randomUUID() }, readMs()));
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
      {secondsLeft > 0 && <p role="timer">{say.pause(secondsLeft)}</p>}
      {isSigned && <p>{knowsPasskeys ? say.passkey : say.noPasskey}</p>}
      <div class="verbs">
        <button type="button" onClick={back}>
          {words.form.back}
        </button>
        <button disabled={!isWhole || isSending || secondsLeft > 0}>{say.send[verb]}</button>
      </div>
      {problem !== undefined && <Trouble problem={problem} />}
    </form>
  );
}

/** Seconds until what nothing undoes can be approved. */
function usePause(seconds: number): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}
