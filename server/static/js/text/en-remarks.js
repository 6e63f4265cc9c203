// @ts-check
/** What the sandbox itself says of a command at work, in English. The codes are listed in server/sandbox/remarks.py. */

/** @type {Record<string, string>} */
export const enRemarks = {
  "remark.broke": "The run broke: {error}",
  "remark.comment_as_argument": "Line {line} of the Dockerfile: Docker takes “{comment}” for arguments.",
  "remark.file_left_out": "{path} is no plain file and was left out of the build.",
  "remark.given_up": "The command was stopped and did not end; it is no longer waited for.",
  "remark.image_absent": "The sandbox does not have the image {image}; it is being pulled.",
  "remark.kept_compose_file": "The file of the project {project} is taken, as it was brought up.",
  "remark.left_running": "Its output is no longer read; the program goes on in the container until it ends.",
  "remark.not_recorded": "The run could not be written to the audit log: {error}",
  "remark.note": "Note: {text}",
  "remark.nothing_listed": "The list is empty, so nothing was done.",
  "remark.other_compose_file": "There is no file {file} here; the note's Compose file is taken.",
  "remark.output_cut": "Output cut: no more than {bytes} bytes are kept.",
  "remark.request_refused": "The sandbox refused: {text}",
  "remark.timed_out": "Stopped: the command ran longer than {seconds} s.",
  "remark.unknown_action": "This ({action}) cannot be executed here.",
  "remark.unknown_field": "The template has an unknown field {field}; there are: {fields}",
};
