// @ts-check
/**
 * The shapes that travel through the page. Types only: this module holds no code.
 *
 * @typedef {"ru" | "en"} Language
 * @typedef {"light" | "dark" | "system"} Theme
 * @typedef {"rendered" | "source"} NoteMode
 *
 * @typedef {object} Citation
 * @property {number} n
 * @property {string} note
 * @property {number} lineStart 1-based
 * @property {number} lineEnd inclusive
 * @property {string[]} trail headings above the lines, outermost first
 * @property {string} quote verbatim source
 * @property {[number, number] | null} span offsets within the joined lines
 *
 * @typedef {object} Slot
 * @property {string} id
 * @property {string} label
 * @property {string} value
 * @property {boolean} placeholder
 * @property {boolean} required
 * @property {"containers" | "images" | "volumes" | "networks" | "objects" | "services" | null} choices
 *   `objects`: the four before it; `services`: of the note's Compose file
 * @property {boolean} existing only one of the choices will do
 * @property {string} hint
 * @property {string[]} offers values that would do, besides what the sandbox has
 * @property {number | null} start where the value begins in the line, in code points
 *
 * @typedef {object} TokenExplanation
 * @property {string} token
 * @property {string} text
 * @property {Citation | null} citation
 *
 * @typedef {object} Refusal
 * @property {string} code
 * @property {string} message
 * @property {string} hint
 * @property {string} suggestion a command line that may run instead, or ""
 *
 * @typedef {"read" | "change" | "destroy"} Risk
 *
 * @typedef {object} Command
 * @property {string} id
 * @property {string} text
 * @property {string} note
 * @property {number} lineStart
 * @property {number} lineEnd
 * @property {boolean} runnable
 * @property {Refusal | null} refusal
 * @property {Risk} risk
 * @property {Slot[]} slots
 * @property {TokenExplanation[]} explanation
 * @property {string[]} hints
 *
 * @typedef {object} Preview what the server says a command would be with the values given
 * @property {string} text
 * @property {Risk} risk
 * @property {Refusal | null} refusal
 * @property {TokenExplanation[]} explanation
 * @property {Slot[]} slots
 *
 * @typedef {"answered" | "open_question" | "not_found"} AnswerStatus
 *
 * @typedef {object} Answer
 * @property {string} id
 * @property {string} conversationId
 * @property {string} question
 * @property {string} standaloneQuestion
 * @property {Language} language
 * @property {AnswerStatus} status
 * @property {string} text
 * @property {string} html
 * @property {boolean} hedged
 * @property {number} confidence 0..1
 * @property {"extractive" | "llm"} mode
 * @property {string | null} notice
 * @property {Citation[]} citations
 * @property {Command[]} commands
 * @property {Citation[]} nearest
 * @property {number | null} totalMs
 * @property {"up" | "down" | null} feedback
 *
 * @typedef {object} Failure what went wrong, in the server's or the page's words
 * @property {string} code
 * @property {string} message
 * @property {string} hint
 * @property {string[]} [reasons] why, where the code is not all that there is to say
 *
 * @typedef {object} Turn one question and what came of it
 * @property {string} key
 * @property {string} question
 * @property {"waiting" | "streaming" | "done" | "failed" | "stopped"} stage
 * @property {string} step what the server is doing, as it reports it
 * @property {string} text the answer as far as it has come
 * @property {Citation[]} citations
 * @property {Command[]} commands
 * @property {Answer | null} answer
 * @property {Failure | null} failure
 * @property {"up" | "down" | null} feedback
 *
 * @typedef {"idle" | "starting" | "running" | "exited" | "failed" | "stopped"} RunState
 *
 * @typedef {object} OutputPiece
 * @property {"stdout" | "stderr"} stream
 * @property {string} text
 * @property {Remark | null} remark what it says, where it is the runner's own and not the command's output
 *
 * @typedef {object} Remark
 * @property {string} code
 * @property {Record<string, string | number>} values
 * @property {string[]} reasons
 *
 * @typedef {object} Run
 * @property {string | null} id
 * @property {string} text the final command line
 * @property {RunState} state
 * @property {number | null} exitCode
 * @property {OutputPiece[]} output
 * @property {boolean} truncated
 * @property {number | null} durationS
 *
 * @typedef {object} NoteFile a file that the note itself brings to a build
 * @property {string} name
 * @property {string} text
 * @property {number[]} problems the lines whose comments Docker takes for arguments
 * @property {string} cleaned the same without them; "" where there are none
 *
 * @typedef {object} Card the state of one command card
 * @property {string} line what was typed, for a card of the console
 * @property {Record<string, string>} values what the user typed, by slot
 * @property {Preview | null} preview
 * @property {string} invalid why the values cannot stand there, as far as a preview has told
 * @property {NoteFile[]} files
 * @property {string[]} services of the Compose file among them
 * @property {string[]} missing slots that still want a value
 * @property {{message: string, victims: string[]} | null} confirm
 * @property {Failure | null} failure
 * @property {Refusal | null} refusal
 * @property {boolean} pending a request is on its way
 * @property {Run | null} run
 *
 * @typedef {object} NoteSummary
 * @property {string} path
 * @property {string} title
 * @property {string[]} tags
 * @property {number} chunks
 *
 * @typedef {object} NoteDoc
 * @property {string} path
 * @property {string} title
 * @property {string} source
 * @property {string} html
 * @property {string} etag
 *
 * @typedef {object} ConversationSummary
 * @property {string} id
 * @property {string} title
 * @property {number} updated POSIX seconds; 0 where unknown
 *
 * @typedef {object} SearchHit
 * @property {string} note
 * @property {number} lineStart
 * @property {number} lineEnd
 * @property {string[]} trail
 * @property {string} text
 * @property {number} score
 * @property {string[]} arms
 *
 * @typedef {object} Health
 * @property {"ok" | "indexing" | "rebuilding" | "degraded"} status "rebuilding": an outdated index
 *   answers while another one is built
 * @property {string} code why it is degraded, "" where no more is known than `message`
 * @property {string} message
 * @property {number} notes
 * @property {number} chunks
 * @property {string} model
 * @property {number} warnings how many there are of the notes
 * @property {string} jobId the ingest job that runs now, or ""
 * @property {string} sandbox "ready", "starting", "asleep" (it starts with the first run),
 *   "unavailable" (it failed, and may be tried again) or "off" (there is none)
 * @property {boolean} switchedOff the server's settings want no sandbox: it cannot be started from here
 * @property {string} engine
 * @property {string[]} sandboxReasons why it is as it is, for the page's own words
 * @property {string} sandboxMessage the same in the server's
 * @property {boolean} canEdit
 * @property {boolean} hasChatModel
 *
 * @typedef {object} PortLink
 * @property {string} label
 * @property {string} url "" where the port is not published
 *
 * @typedef {object} SandboxContainer
 * @property {string} id
 * @property {string} name
 * @property {string} image
 * @property {string} state "running", "exited", ...
 * @property {string} status as `docker ps` says it
 * @property {PortLink[]} ports
 *
 * @typedef {object} Sandbox
 * @property {string} engine
 * @property {SandboxContainer[]} containers
 * @property {{id: string, name: string, tags: string[], sizeBytes: number | null}[]} images
 * @property {{name: string, driver: string}[]} volumes
 * @property {{id: string, name: string}[]} networks
 *
 * @typedef {object} IngestJob
 * @property {string} id
 * @property {string} state "running", "done" or "failed"
 * @property {number} done
 * @property {number} total
 * @property {string} code of what went wrong, or ""
 * @property {string} message
 * @property {string} hint
 *
 * @typedef {object} NoteWarning something in a note that could not be read as meant
 * @property {string} note
 * @property {number} line 1-based; 0 means the whole file
 * @property {string} code
 * @property {string} message
 * @property {string} hint
 *
 * @typedef {object} NoteTarget where a note is to be opened
 * @property {string} path
 * @property {[number, number] | null} lines
 *
 * @typedef {object} Toast
 * @property {number} id
 * @property {"info" | "error"} kind
 * @property {string} text
 *
 * @typedef {object} Settings
 * @property {Language} language
 * @property {Theme} theme
 * @property {NoteMode} noteMode
 * @property {"extractive" | "llm"} mode
 *
 * @typedef {"loading" | "ready" | "error"} LoadState
 */
export {};
