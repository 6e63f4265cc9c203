// @ts-check
/** Что при выполнении команды говорит сама песочница, по-русски. Коды перечисляет server/sandbox/remarks.py. */

/** @type {Record<string, string>} */
export const ruRemarks = {
  "remark.broke": "Выполнение сорвалось: {error}",
  "remark.comment_as_argument": "Строка {line} файла Dockerfile: Docker принимает «{comment}» за аргументы.",
  "remark.file_left_out": "{path} — не обычный файл, в сборку он не взят.",
  "remark.given_up": "Остановленная команда так и не завершилась; больше её не ждут.",
  "remark.image_absent": "Образа {image} в песочнице нет, он загружается.",
  "remark.kept_compose_file": "Взят файл проекта {project}, с которым он был запущен.",
  "remark.left_running": "Вывод больше не читается; сама программа работает в контейнере, пока не закончит.",
  "remark.not_recorded": "Записать запуск в журнал не удалось: {error}",
  "remark.note": "Примечание: {text}",
  "remark.nothing_listed": "Список пуст, поэтому ничего не сделано.",
  "remark.other_compose_file": "Файла {file} здесь нет, взят файл Compose из заметки.",
  "remark.output_cut": "Вывод обрезан: хранится не больше {bytes} байт.",
  "remark.request_refused": "Песочница отказала: {text}",
  "remark.timed_out": "Остановлено: команда выполнялась дольше {seconds} с.",
  "remark.unknown_action": "Выполнить это ({action}) здесь нельзя.",
  "remark.unknown_field": "В шаблоне неизвестное поле {field}; есть такие: {fields}",
};
